"""How good is it: metrics, tests of significance, reports."""

from shelfwise.evaluation.evaluation import Evaluation, evaluate
from shelfwise.evaluation.intervals import Interval, bootstrap
from shelfwise.evaluation.metrics import DEFAULT_METRICS, metric, rank
from shelfwise.evaluation.qrels import read_qrels, read_trec_qrels, restrict, write_trec_qrels
from shelfwise.evaluation.runs import read_trec_run, scores_of, write_trec_run
from shelfwise.evaluation.translations import read_translations

__all__ = [
    "DEFAULT_METRICS",
    "Evaluation",
    "Interval",
    "bootstrap",
    "evaluate",
    "metric",
    "rank",
    "read_qrels",
    "read_translations",
    "read_trec_qrels",
    "read_trec_run",
    "restrict",
    "scores_of",
    "write_trec_qrels",
    "write_trec_run",
]
