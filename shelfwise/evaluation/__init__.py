"""How good is it: metrics, tests of significance, reports."""

from shelfwise.evaluation.comparison import Comparison, Difference, compare
from shelfwise.evaluation.evaluation import Evaluation, evaluate
from shelfwise.evaluation.intervals import Interval, bootstrap
from shelfwise.evaluation.metrics import DEFAULT_METRICS, metric, rank
from shelfwise.evaluation.qrels import read_qrels, read_trec_qrels, restrict, write_trec_qrels
from shelfwise.evaluation.runs import read_trec_run, scores_of, write_trec_run
from shelfwise.evaluation.search import Searched, evaluate_search
from shelfwise.evaluation.significance import holm, paired_bootstrap, permutation_test
from shelfwise.evaluation.splits import folds_of, split
from shelfwise.evaluation.translations import read_translations
from shelfwise.evaluation.tuning import Tuning, tune
from shelfwise.evaluation.typos import Typo, add_typo

__all__ = [
    "DEFAULT_METRICS",
    "Comparison",
    "Difference",
    "Evaluation",
    "Interval",
    "Searched",
    "Tuning",
    "Typo",
    "add_typo",
    "bootstrap",
    "compare",
    "evaluate",
    "evaluate_search",
    "folds_of",
    "holm",
    "metric",
    "paired_bootstrap",
    "permutation_test",
    "rank",
    "read_qrels",
    "read_translations",
    "read_trec_qrels",
    "read_trec_run",
    "restrict",
    "scores_of",
    "split",
    "tune",
    "write_trec_qrels",
    "write_trec_run",
]
