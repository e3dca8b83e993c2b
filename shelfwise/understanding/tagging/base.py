"""The contract of tagging: which stretches of a text name what."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Span:
    """text[start:end] names a thing of this kind. confidence: how sure that is, 0 to 1; spans that differ in nothing
    else are equal.

    >>> Span(0, 5, "brand", 0.4) == Span(0, 5, "brand")
    True
    """

    start: int
    end: int
    kind: str
    confidence: float = field(default=1.0, compare=False)


@dataclass(frozen=True, slots=True)
class Tagged:
    """A text and its spans, in order of place; none overlap."""

    text: str
    spans: tuple[Span, ...] = ()


class Tagger(Protocol):
    """Finds spans. It never raises for any text whatever; the result is in order of place and nothing overlaps."""

    def tag(self, text: str) -> list[Span]: ...
