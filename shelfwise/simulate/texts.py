"""Titles and descriptions of a product, in Chinese and English."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from random import Random
from typing import Any

from shelfwise.simulate.families import NOTHING, Family
from shelfwise.simulate.grammar import chinese, english, expand, headline
from shelfwise.simulate.specs import FactValue, Kind, Pair, load, values
from shelfwise.simulate.words import EN, LANGUAGES, ZH, value_words

NEW_YEAR = 2026  # titles boast of this year's models


@dataclass(frozen=True, slots=True)
class Mark:
    """What sets one product apart from its siblings: refurbished, a gift set, a pack of two."""

    key: str
    value: str
    factor: float
    words: Pair
    text: Pair


@dataclass(frozen=True, slots=True)
class Texts:
    """Title and description in Chinese and English."""

    titles: Pair
    descriptions: Pair


@cache
def text_data() -> Mapping[str, Any]:
    """The patterns of titles and closing sentences."""
    return load("text")


def mark_for(kind: Kind, rng: Random) -> Mark | None:
    """Perhaps a mark that fits the kind."""
    for raw in text_data()["mark"]:
        fitting = kind.title in raw["styles"] and raw.get("dear", kind.dear) == kind.dear
        if fitting and rng.random() < raw["chance"]:
            return Mark(raw["key"], raw["value"], raw["factor"], tuple(raw["words"]), tuple(raw["text"]))
    return None


def write_texts(family: Family, facts: Mapping[str, FactValue], place: int, mark: Mark | None, rng: Random) -> Texts:
    """Both languages say the same: nouns, points and sentences are chosen once, their wording by language."""
    noun = rng.choice(family.kind.nouns)
    points = family.points[place % 2 :] + family.points[: place % 2]
    hot = rng.choice(text_data()["hot"]["new" if family.released.year == NEW_YEAR else "usual"])
    shade = _shade(family, facts, rng)
    sentences = [rng.choice(family.kind.openers), *(point.sentence for point in points[: rng.choice((1, 2, 2, 3))])]
    if mark is not None:
        sentences.append(mark.text)
    if rng.random() < 0.45:
        closer = rng.choice(text_data()["closers"])
        if family.kind.title in closer.get("styles", (family.kind.title,)):
            sentences.append((closer["zh"], closer["en"]))
    wording = rng.random()  # the same alternatives in both languages
    titles, descriptions = [], []
    for language in (ZH, EN):
        slots = _slots(family, facts, language) | {
            "noun": noun[language],
            "p1": points[0].words[language],
            "p2": points[1].words[language] if len(points) > 1 else "",
            "hot": hot[language],
            "color": shade[language],
        }
        titles.append(_title(family.kind, slots, mark, language, rng))
        descriptions.append(_description(sentences, slots, language, wording))
    return Texts((titles[ZH], titles[EN]), (descriptions[ZH], descriptions[EN]))


def _title(kind: Kind, slots: Mapping[str, str], mark: Mark | None, language: int, rng: Random) -> str:
    pattern = rng.choice(text_data()["title"][kind.title][LANGUAGES[language]])
    text = expand(pattern, slots, rng)
    if language == ZH:
        return chinese((mark.words[ZH] if mark else "") + text)
    return headline(text) + (mark.words[EN] if mark else "")


def _description(sentences: list[Pair], slots: Mapping[str, str], language: int, wording: float) -> str:
    said = [expand(pair[language], slots, Random(f"{wording}/{place}")) for place, pair in enumerate(sentences)]
    return chinese("".join(said)) if language == ZH else english(" ".join(said))


def _slots(family: Family, facts: Mapping[str, FactValue], language: int) -> dict[str, str]:
    slots = {key: value_words(key, value)[language] for key, value in facts.items()}
    for key, (by, words) in family.kind.words.items():
        slots[key] = words[family.kind.facts[by].values.index(facts[by])][language]
    return slots | {
        "brand": (family.brand.zh, family.brand.en)[language],
        "brand_en": family.brand.en,
        "name": family.name[language],
        "line": family.line[language],
        "model": family.model if family.kind.letter else "",
        "spec": family.kind.spec[language],
        "fits": (family.device.name if family.device else NOTHING)[language],
        "year": str(family.released.year),
    }


def _shade(family: Family, facts: Mapping[str, FactValue], rng: Random) -> Pair:
    color = facts.get("color")
    if not isinstance(color, str):
        return NOTHING
    if family.kind.fancy:
        zh, en = rng.choice(values()["shade"][color])
        return zh, en
    return value_words("color", color)
