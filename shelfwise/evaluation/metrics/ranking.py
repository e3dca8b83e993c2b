"""What all metrics share: how scores become a ranking, and which queries count."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from shelfwise.errors import InputError
from shelfwise.evaluation.base import Qrels, Run
from shelfwise.types import Float64

Grades = Mapping[str, int]  # product → grade, of one query


def rank(scores: Mapping[str, float]) -> list[str]:
    """Products by falling score; equal scores by rising id, so that a ranking never depends on the order of a file.

    Raises InputError for a score that is not a number.

    >>> rank({"b": 1.0, "c": 2.0, "a": 1.0})
    ['c', 'a', 'b']
    """
    for product, score in scores.items():
        if math.isnan(score):
            raise InputError(f"product {product!r}: found the score NaN, expected a number.")
    return sorted(scores, key=lambda product: (-scores[product], product))


def has_positive(grades: Grades, threshold: int = 1) -> bool:
    """Whether any product of the query is judged at `threshold` or better."""
    return any(grade >= threshold for grade in grades.values())


@dataclass(frozen=True)
class RankingMetric(ABC):
    """A metric that looks at one query's ranking at a time.

    k: how many of the first products it looks at; None: all.
    threshold: the least grade that counts as positive.

    A query without a positive is NaN (no ranking could do well on it); a query with a positive and no results is 0.
    """

    family: ClassVar[str]  # the name without the cutoff
    needs_cutoff: ClassVar[bool] = False

    k: int | None = None
    threshold: int = 1

    def __post_init__(self) -> None:
        if self.k is None and self.needs_cutoff:
            raise InputError(f"metric {self.family!r}: found no cutoff, expected one, as in {self.family}@10.")
        if self.k is not None and self.k < 1:
            raise InputError(f"metric {self.family!r}: found the cutoff {self.k}, expected 1 or more.")

    @property
    def name(self) -> str:
        """The name that `metric()` reads: "ndcg@10", "map"."""
        return self.family if self.k is None else f"{self.family}@{self.k}"

    def per_query(self, qrels: Qrels, run: Run) -> Float64:
        """Float64[q] in the order of sorted(qrels)."""
        return np.array([self.of_query(rank(run.get(query, {})), qrels[query]) for query in sorted(qrels)], np.float64)

    def of_query(self, ranking: Sequence[str], grades: Grades) -> float:
        """The value of one ranking, best product first; NaN where nothing is judged positive."""
        return self.value(ranking, grades) if has_positive(grades, self.threshold) else math.nan

    @abstractmethod
    def value(self, ranking: Sequence[str], grades: Grades) -> float:
        """The value of one ranking for a query that has a positive."""

    def hits(self, ranking: Sequence[str], grades: Grades) -> list[bool]:
        """Whether each of the first k products is positive (fewer where the ranking is shorter)."""
        return [grades.get(product, 0) >= self.threshold for product in ranking[: self.k]]

    def positives(self, grades: Grades) -> int:
        """How many products of the query are positive."""
        return sum(grade >= self.threshold for grade in grades.values())
