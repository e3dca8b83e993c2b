"""Choosing parameters on some queries and measuring them on others.

The hazard: the best of many settings looks better on the queries that chose it than it is. So every query is measured
under the setting that was chosen without its fold (`out_of_fold`); that is the figure to report. The setting to use is
the one chosen on all queries (`chosen`); its own figure (`in_sample`) is an upper bound, not a result.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from shelfwise.errors import InputError
from shelfwise.evaluation.intervals import bootstrap
from shelfwise.evaluation.significance import permutation_test
from shelfwise.evaluation.splits import folds_of
from shelfwise.evaluation.strategies import Parameters, Space, Strategy
from shelfwise.types import Bool, Float64

# A setting and the queries → a value per query, higher is better, NaN without a positive. The value of a query must
# not depend on the other queries.
Score: TypeAlias = Callable[[Parameters, Sequence[str]], Float64]


@dataclass(frozen=True, slots=True)
class Tuning:
    """What tuning found. Columns are Float64[q] in the order of `queries`, NaN for queries without a positive.

    start: under the setting to start from. in_sample: under `chosen`. out_of_fold: each query under the setting chosen
    without it. by_fold: fold → the setting chosen without it. tried: how many settings were scored.
    """

    queries: tuple[str, ...]
    chosen: Parameters
    by_fold: Mapping[int, Parameters]
    start: Float64
    in_sample: Float64
    out_of_fold: Float64
    tried: int

    def as_json(self) -> dict[str, Any]:
        """Means, the interval of the out-of-fold mean, and the test of out-of-fold against start."""
        interval = bootstrap(self.out_of_fold)
        return {
            "out_of_fold": float(np.nanmean(self.out_of_fold)),
            "low": interval.low,
            "high": interval.high,
            "start": float(np.nanmean(self.start)),
            "in_sample": float(np.nanmean(self.in_sample)),
            "p_value": permutation_test(self.start, self.out_of_fold),
            "chosen": dict(self.chosen),
            "by_fold": {str(fold): dict(setting) for fold, setting in self.by_fold.items()},
            "tried": self.tried,
            "queries": len(self.queries),
        }


def tune(
    score: Score,
    space: Space,
    start: Parameters,
    queries: Sequence[str],
    *,
    strategy: Strategy,
    folds: int = 5,
    seed: int = 0,
    originals: Mapping[str, str] | None = None,
) -> Tuning:
    """The best setting, and an honest figure for choosing it so.

    Each setting is scored once on all queries; folds differ only in which of these values they may look at. The mean
    over the queries is the objective. originals: as for `splits.folds_of`, so that translations share a fold.

    Raises InputError for a parameter without a start or values, a score of the wrong length, or too few queries with
    a positive to leave a fold out.
    """
    _check(space, start)
    scores: dict[str, Float64] = {}

    def values(setting: Parameters) -> Float64:
        key = repr(sorted(setting.items()))
        if key not in scores:
            scores[key] = _scored(score, setting, queries)
        return scores[key]

    def best(seen: Bool) -> Parameters:
        return strategy(space, start, lambda setting: float(np.nanmean(values(setting)[seen])))

    fold = folds_of(queries, folds, seed=seed, originals=originals)
    known = ~np.isnan(values(start))
    used = sorted(set(fold[known].tolist()))
    if len(used) < 2:
        raise InputError(f"found {int(known.sum())} queries with a positive in {len(used)} fold, expected 2 folds.")
    by_fold = {each: best(fold != each) for each in used}
    out_of_fold = np.full(len(queries), math.nan)
    for each, setting in by_fold.items():
        out_of_fold[fold == each] = values(setting)[fold == each]
    chosen = best(known)
    return Tuning(tuple(queries), chosen, by_fold, values(start), values(chosen), out_of_fold, len(scores))


def _scored(score: Score, setting: Parameters, queries: Sequence[str]) -> Float64:
    values = np.asarray(score(setting, queries), np.float64)
    if values.shape != (len(queries),):
        raise InputError(f"the score of {dict(setting)} has shape {values.shape}, expected ({len(queries)},).")
    return values


def _check(space: Space, start: Parameters) -> None:
    for name, choices in space.items():
        if name not in start:
            raise InputError(f"parameter {name!r}: found no value to start from; start has {', '.join(start)}.")
        if not choices:
            raise InputError(f"parameter {name!r}: found no values to try, expected at least one.")
