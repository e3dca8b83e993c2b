"""What each step of understanding does to a shop's search, by judgments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, get_args

import numpy as np

from shelfwise.evaluation import paired_bootstrap, permutation_test
from shelfwise.evaluation.base import Qrels
from shelfwise.evaluation.metrics import metric
from shelfwise.evaluation.runs import scores_of
from shelfwise.indexing import Progress
from shelfwise.searcher import Searcher
from shelfwise.settings import Settings, Step, UnderstandingSettings
from shelfwise.tuning import ids_of
from shelfwise.types import Float64

ALL: Final = "all steps"
NONE: Final = "no step"
STEPS: Final[tuple[Step, ...]] = get_args(Step)
DEPTH: Final = 10


def ablate(
    searcher: Searcher,
    settings: Settings,
    qrels: Qrels,
    texts: Mapping[str, Sequence[str]],
    *,
    seed: int,
    steps: Sequence[Step] = STEPS,
    progress: Progress = lambda done, total: None,
) -> dict[str, dict[str, Any]]:
    """nDCG@10 of the full search with all steps, without any, and without each one.

    texts: query → what to ask for it; of several texts the mean counts.

    Returns, by setting ("all steps", "no step", "without spelling", …): ndcg@10; gain: what all steps have more;
    low and high: its 95% interval; p_value: of a paired permutation test over the queries; largest_loss: the most that
    one query has more without; queries: those with a positive; per_query, in the order of the sorted queries.
    """
    left_out: dict[str, tuple[Step, ...]] = {ALL: (), NONE: STEPS, **{f"without {step}": (step,) for step in steps}}
    values: dict[str, Float64] = {}
    for number, (name, without) in enumerate(left_out.items()):
        tuned = searcher.tuned(settings.search, UnderstandingSettings(without=without))
        values[name] = _values(tuned, qrels, texts)
        progress(number + 1, len(left_out))
    return {name: _row(values[ALL], found, seed) for name, found in values.items()}


def _values(searcher: Searcher, qrels: Qrels, texts: Mapping[str, Sequence[str]]) -> Float64:
    """nDCG@10 of each query, the mean over its texts; NaN without a positive."""
    measure = metric("ndcg@10")
    count = max(map(len, texts.values()))
    runs = (
        {q: scores_of(ids_of(searcher, asked[at % len(asked)], DEPTH)) for q, asked in texts.items()}
        for at in range(count)
    )
    return np.asarray(np.mean([measure.per_query(qrels, run) for run in runs], axis=0), np.float64)


def _row(full: Float64, found: Float64, seed: int) -> dict[str, Any]:
    judged = ~np.isnan(full)
    interval = paired_bootstrap(found, full, seed=seed)
    return {
        "ndcg@10": float(np.nanmean(found)),
        "gain": float(np.nanmean(full) - np.nanmean(found)),
        "low": interval.low,
        "high": interval.high,
        "p_value": permutation_test(found, full, seed=seed),
        "largest_loss": float(np.nanmax(found - full)),
        "queries": int(judged.sum()),
        "per_query": [None if np.isnan(value) else float(value) for value in found],
    }
