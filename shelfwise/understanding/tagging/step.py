"""The step that names what a trained tagger finds in a query."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from shelfwise.language.normalise import fold
from shelfwise.understanding.base import Constraint, Kind, Understanding
from shelfwise.understanding.tagging.base import Span, Tagger

# Kinds as labelled files name them → those of constraints; spans of other kinds are left out.
KINDS: Final[Mapping[str, Kind]] = {
    **{kind: kind for kind in ("product", "brand", "model")},
    "HCCX": "product",
    "HPPX": "brand",
    "XH": "model",
}
SURE: Final = 0.7  # confidence from which a span is believed


class TaggerStep:
    """Adds the products, brands and models that the rules and the catalogue's dictionary left unnamed.

    They narrow nothing (no filter): the tagger knows how people write, not what the catalogue has.
    """

    name = "tagging"

    def __init__(self, tagger: Tagger) -> None:
        self._tagger = tagger

    def __call__(self, u: Understanding) -> Understanding:
        """Adds to `constraints`, in order of their start, nothing that overlaps what is there or is silent."""
        taken = [*u.silent, *((one.start, one.end) for one in u.constraints)]
        found = [
            _constraint(span, u.text)
            for span in self._tagger.tag(u.text)
            if span.kind in KINDS
            and span.confidence >= SURE
            and not any(span.start < end and span.end > start for start, end in taken)
        ]
        new = [one for one in found if one.key not in u.dismissed]
        return u.but(constraints=tuple(sorted((*u.constraints, *new), key=lambda one: (one.start, one.end))))


def _constraint(span: Span, text: str) -> Constraint:
    words = text[span.start : span.end]
    return Constraint(
        KINDS[span.kind],
        words,
        span.start,
        span.end,
        value=" ".join(fold(words).split()),
        confidence=span.confidence,
        source="model",
    )
