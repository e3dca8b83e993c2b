"""The project's own utterances with their intents, in English and Chinese, from data/utterances/<intent>.toml.

A line of such a file is a template (see grammar.py); templates on one line, joined by `||`, say nearly the same and
share an id. Everything is written for this project: the shops are invented and no shopper's words were copied.
"""

from __future__ import annotations

import random
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from shelfwise.types import Locale
from shelfwise.understanding.intent.grammar import Fillers, check, expand
from shelfwise.understanding.intent.taxonomy import FOLDER, taxonomy

LANGUAGES: Final[tuple[Locale, ...]] = ("en", "zh")


@dataclass(frozen=True, slots=True)
class Utterance:
    """What a shopper may type, and what is meant. `template`: the id of the template that it comes from; it is the
    intent, the language and the template's own text."""

    text: str
    intent: str
    language: Locale
    template: str


def load_utterances(seed: int = 0, per_template: int = 4) -> tuple[Utterance, ...]:
    """All utterances, at most `per_template` different ones of each template; the same seed gives the same ones.

    No text comes twice, whatever its case and outer spaces: the first template that gives it keeps it.

    Raises InputError when a template is not well formed.
    """
    found: dict[str, Utterance] = {}
    for intent, language, group in _groups():
        template = f"{intent}:{language}:{group[0]}"
        for pattern in group:
            dice = random.Random(f"{seed}:{template}:{pattern}")
            for text in expand(pattern, fillers(language), per_template, dice):
                found.setdefault(text.casefold(), Utterance(text, intent, language, template))
    return tuple(found.values())


def split_by_template(
    utterances: Sequence[Utterance], share: float, seed: int
) -> tuple[tuple[Utterance, ...], tuple[Utterance, ...]]:
    """Train and valid part: `share` of the templates of each intent and language, rounded, are valid; no template is
    in both. Utterances of one template differ by a filler: a random split would put near copies on both sides and
    measure memory."""
    templates: defaultdict[tuple[str, Locale], dict[str, None]] = defaultdict(dict)
    for each in utterances:
        templates[each.intent, each.language][each.template] = None
    held: set[str] = set()
    for (intent, language), names in sorted(templates.items()):
        dice = random.Random(f"{seed}:{intent}:{language}")
        held.update(dice.sample(sorted(names), round(share * len(names))))
    train = tuple(each for each in utterances if each.template not in held)
    return train, tuple(each for each in utterances if each.template in held)


@cache
def fillers(language: Locale) -> Fillers:
    """The fillers of each slot in a language, from data/slots_<language>.toml."""
    table: dict[str, list[str]] = tomllib.loads((FOLDER / f"slots_{language}.toml").read_text("utf-8"))
    return table


@cache
def _groups() -> tuple[tuple[str, Locale, tuple[str, ...]], ...]:
    """Intent, language and the templates that share an id, in the order of the files."""
    return tuple(each for intent in taxonomy() for each in _read(intent))


def _read(intent: str) -> Iterator[tuple[str, Locale, tuple[str, ...]]]:
    table = tomllib.loads((FOLDER / "utterances" / f"{intent}.toml").read_text("utf-8"))
    for language in LANGUAGES:
        for line in table[language].splitlines():
            group = tuple(pattern.strip() for pattern in line.split("||") if pattern.strip())
            for pattern in group:
                check(pattern, fillers(language))
            if group:
                yield intent, language, group
