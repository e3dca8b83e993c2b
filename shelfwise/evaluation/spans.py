"""How well are pieces of texts found: precision, recall and F1 of exact spans."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from shelfwise.errors import InputError

Span: TypeAlias = tuple[int, int, str]  # start, end, type


@dataclass(frozen=True, slots=True)
class SpanScore:
    """precision = hits / found, recall = hits / true, f1 = 2·hits / (found + true); 0 where there is nothing."""

    precision: float
    recall: float
    f1: float
    true: int
    found: int

    @classmethod
    def of(cls, hits: int, true: int, found: int) -> SpanScore:
        """From counts."""
        return cls(hits / max(1, found), hits / max(1, true), 2 * hits / max(1, true + found), true, found)


def score_spans(
    true: Sequence[Collection[Span]], found: Sequence[Collection[Span]]
) -> tuple[SpanScore, Mapping[str, SpanScore]]:
    """Score over all texts (micro-averaged), and of each type. A span counts when start, end and type are the same.

    >>> score_spans([{(0, 5, "brand"), (6, 9, "size")}], [{(0, 5, "brand"), (6, 8, "size")}])[0].f1
    0.5

    Raises InputError when there are not as many answers as texts.
    """
    if len(true) != len(found):
        raise InputError(f"found spans of {len(found)} texts, expected those of {len(true)}.")
    hits = Counter(span[2] for one, other in zip(true, found, strict=True) for span in set(one) & set(other))
    counts = Counter(span[2] for one in true for span in set(one))
    answers = Counter(span[2] for one in found for span in set(one))
    each = {kind: SpanScore.of(hits[kind], counts[kind], answers[kind]) for kind in sorted({*counts, *answers})}
    return SpanScore.of(hits.total(), counts.total(), answers.total()), each
