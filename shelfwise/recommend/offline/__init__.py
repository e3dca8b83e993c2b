"""Models measured on histories: read, held out, ranked over all products, compared."""

from shelfwise.recommend.offline.base import Model, Task
from shelfwise.recommend.offline.lists import top_lists
from shelfwise.recommend.offline.running import Run, evaluate_model, evaluate_ranker
from shelfwise.recommend.offline.sequences import read_sequences
from shelfwise.recommend.offline.splits import Held, leave_one_out, time_split

__all__ = [
    "Held",
    "Model",
    "Run",
    "Task",
    "evaluate_model",
    "evaluate_ranker",
    "leave_one_out",
    "read_sequences",
    "time_split",
    "top_lists",
]
