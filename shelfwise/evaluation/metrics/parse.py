"""Metrics by name."""

from __future__ import annotations

import difflib
import re

from shelfwise.errors import InputError
from shelfwise.evaluation.base import Metric
from shelfwise.evaluation.metrics.average_precision import AveragePrecision
from shelfwise.evaluation.metrics.judged import Judged
from shelfwise.evaluation.metrics.mrr import MRR
from shelfwise.evaluation.metrics.ndcg import NDCG, LinearNDCG
from shelfwise.evaluation.metrics.pool import CondensedNDCG, PoolNDCG
from shelfwise.evaluation.metrics.precision import Precision
from shelfwise.evaluation.metrics.ranking import RankingMetric
from shelfwise.evaluation.metrics.recall import Recall
from shelfwise.evaluation.metrics.success import Success

FAMILIES: dict[str, type[RankingMetric]] = {
    family.family: family
    for family in (
        NDCG,
        LinearNDCG,
        PoolNDCG,
        CondensedNDCG,
        Judged,
        MRR,
        Precision,
        Recall,
        AveragePrecision,
        Success,
    )
}

DEFAULT_METRICS = (
    "ndcg@10",
    "ndcg_linear@10",
    "pool_ndcg@10",
    "condensed_ndcg@10",
    "judged@10",
    "mrr@10",
    "precision@10",
    "recall@10",
    "recall@100",
    "map",
    "success@10",
)


def metric(name: str, *, threshold: int = 1) -> Metric:
    """The metric of a name such as "ndcg@10", "recall@100" or "map" (no cutoff: the whole run).

    Raises InputError naming the known metrics.

    >>> metric("ndcg@10").name
    'ndcg@10'
    """
    match = re.fullmatch(r"(\w+)(?:@(\d{1,9}))?", name.strip().lower())
    family = FAMILIES.get(match[1]) if match else None
    if match is None or family is None:
        near = difflib.get_close_matches(name.partition("@")[0].lower(), FAMILIES, 1)
        hint = f"Did you mean {near[0]!r}?" if near else ""
        known = ", ".join(FAMILIES)
        raise InputError(f"unknown metric {name!r}; expected one of {known}, with a cutoff as in ndcg@10.", hint=hint)
    return family(int(match[2]) if match[2] else None, threshold)
