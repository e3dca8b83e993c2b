"""Metrics of a ranking, one family a file; `metric("ndcg@10")` finds them by name."""

from shelfwise.evaluation.metrics.parse import DEFAULT_METRICS, FAMILIES, metric
from shelfwise.evaluation.metrics.ranking import RankingMetric, has_positive, rank

__all__ = ["DEFAULT_METRICS", "FAMILIES", "RankingMetric", "has_positive", "metric", "rank"]
