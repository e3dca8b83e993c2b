"""From patterns to text: `[a|b]` chooses one of several, `{slot}` is filled in; then small repairs by language."""

from __future__ import annotations

import re
from collections.abc import Mapping
from random import Random

CHOICE = re.compile(r"\[([^\[\]]*)\]")
SLOT = re.compile(r"\{(\w+)\}")
AS_IS = frozenset(
    {"a", "an", "and", "as", "at", "by", "for", "from", "in", "of", "on", "or", "the", "to", "with", "up"}
    | {"mm", "ml", "kg", "g", "h", "m", "cm", "mAh", "dpi", "lm", "m²", "dB"}
)  # words and units that keep their small letters in titles
VOWEL = re.compile(r"\b([Aa]) (?=(?:[aeiouAEIOU]|8|11\b|18\b)(?!ne\b|ni|s[aeb]|S[AB]|ne-))")


def expand(pattern: str, slots: Mapping[str, str], rng: Random) -> str:
    """The pattern's text. A slot's text may hold slots and choices itself.

    >>> expand("[{color}] {noun}", {"color": "red", "noun": "{color} shoe"}, Random(1))
    'red red shoe'
    """
    text = pattern
    for _ in range(6):  # slots in slots: no data file nests deeper
        before = text
        text = CHOICE.sub(lambda match: rng.choice(match[1].split("|")), text)
        text = SLOT.sub(lambda match: slots[match[1]], text)
        if text == before:
            break
    return text


def english(text: str) -> str:
    """Spaces, articles and the sentence's first letter put right.

    >>> english("a office  lamp , black. light and small")
    'An office lamp, black. Light and small'
    """
    text = re.sub(r"\s+([,.;:)])", r"\1", " ".join(text.split()))
    text = re.sub(r"([,–(])(?:\s*,)+", r"\1", text).strip(" ,–")
    text = VOWEL.sub(lambda match: f"{match[1]}n ", text)
    return re.sub(r"(^|[.!?] )([“\"]?[a-z])", lambda match: match[1] + match[2].upper(), text)


def headline(text: str) -> str:
    """English as titles are written: every word but small ones and units with a capital.

    >>> headline("wall charger with USB-C, 65 W (pink), 2 kg")
    'Wall Charger with USB-C, 65 W (Pink), 2 kg'
    """
    words = english(text).split(" ")
    return " ".join(word if i and word.strip(",()") in AS_IS else _capital(word) for i, word in enumerate(words))


def _capital(word: str) -> str:
    start = 1 if word[:1] in "(“" else 0
    if word[start + 1 : start + 2].isupper():
        return word  # iPhone
    return word[:start] + word[start : start + 1].upper() + word[start + 1 :]


def chinese(text: str) -> str:
    """Spaces put right, none doubled and none beside Chinese punctuation; what is said twice in a row is said once.

    >>> chinese("星曜  保温保温杯 ，黑色")
    '星曜 保温杯，黑色'
    """
    text = re.sub(r"([一-鿿]{2,})\1", r"\1", text)
    return re.sub(r"\s*([，。：；！？《》（）【】])\s*", r"\1", " ".join(text.split())).strip("，： ")
