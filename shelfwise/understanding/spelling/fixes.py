"""A corrected stretch of a query, and how a text reads once it is corrected."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from shelfwise.language.base import Analysis


@dataclass(frozen=True, slots=True)
class Reading:
    """One other way to read a stretch of text; `confidence` is between 0 and 1."""

    text: str
    confidence: float
    source: Literal["typo", "phonetic", "shape"]


@dataclass(frozen=True, slots=True)
class Fix:
    """text[start:end] is read differently; `readings` is not empty, the surest first.

    known: the catalogue has the words as typed, so the readings are only for the shopper to choose.
    silent: too bold to show to the shopper, good enough to look for as well.
    """

    start: int
    end: int
    readings: tuple[Reading, ...]
    known: bool = False
    silent: bool = False

    @property
    def best(self) -> Reading:
        """The surest reading."""
        return self.readings[0]


class Corrector(Protocol):
    """Finds what is misspelt in a query."""

    def fixes(self, text: str, analysis: Analysis) -> list[Fix]:
        """The fixes of a text in order; they do not overlap."""
        ...


@dataclass(frozen=True, slots=True)
class Applied:
    """A fix and where its best reading stands in the corrected text."""

    fix: Fix
    original: str
    start: int
    end: int


def apply_fixes(text: str, fixes: Sequence[Fix]) -> tuple[str, tuple[Applied, ...]]:
    """The text with the best reading of each fix in place.

    >>> apply_fixes("red shos", [Fix(4, 8, (Reading("shoes", 0.9, "typo"),))])[0]
    'red shoes'
    """
    parts: list[str] = []
    applied: list[Applied] = []
    size = done = 0
    for fix in fixes:
        kept, new = text[done : fix.start], fix.best.text
        parts += [kept, new]
        start = size + len(kept)
        size = start + len(new)
        applied.append(Applied(fix, text[fix.start : fix.end], start, size))
        done = fix.end
    return "".join([*parts, text[done:]]), tuple(applied)
