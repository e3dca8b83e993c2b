"""The contract of evaluation: metrics over judgments and runs, never over a ranker."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, TypeAlias

from shelfwise.types import Float64

Qrels: TypeAlias = Mapping[str, Mapping[str, int]]  # query → product → grade (0 = not relevant)
Run: TypeAlias = Mapping[str, Mapping[str, float]]  # query → product → score


class Metric(Protocol):
    """A value per query, NaN for a query without a positive judgment; mean and interval are the caller's."""

    @property
    def name(self) -> str: ...

    def per_query(self, qrels: Qrels, run: Run) -> Float64: ...  # in the order of sorted(qrels)
