"""A model measured on a task: learnt, asked for everybody's list, compared with what they took."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import numpy as np

from shelfwise.evaluation.recommend import Measured, Surroundings, Truth, measure, measure_accuracy
from shelfwise.recommend.interactions import Interactions
from shelfwise.recommend.offline.base import Model, Task
from shelfwise.recommend.offline.generated import LogTask, Ranker, generated_lists
from shelfwise.recommend.offline.lists import Progress, top_lists
from shelfwise.types import Float32, Float64, Int32, Int64

PLACES: Final = 20  # of a list that is kept
Edge: TypeAlias = tuple[int, int | None]  # from, to
ITEM_PARTS: Final[Mapping[str, Edge]] = {"unseen": (0, 0), "cold": (1, 5), "warm": (6, 20), "popular": (21, None)}
SHOPPER_PARTS: Final[Mapping[str, Edge]] = {"cold": (1, 4), "warm": (5, 9), "regular": (10, None)}


@dataclass(frozen=True, slots=True)
class Run:
    """Figures of one model. items: parts by how many shoppers of the training touched the product asked for;
    shoppers: parts by how many touches the history has (ITEM_PARTS, SHOPPER_PARTS).

    top: Int32[u, PLACES]. seconds: what learning and making lists took.
    """

    model: str
    measured: Measured
    items: Mapping[str, Measured]
    shoppers: Mapping[str, Measured]
    top: Int32
    seconds: Mapping[str, float]

    def as_json(self) -> dict[str, Any]:
        """Everything but the lists, with plain names."""
        parts = {"items": self.items, "shoppers": self.shoppers}
        return {
            "model": self.model,
            **self.measured.as_json(),
            "asked": len(self.top),
            "parts": {
                kind: {name: {"asked": part.asked, **part.as_json()} for name, part in each.items()}
                for kind, each in parts.items()
            },
            "seconds": dict(self.seconds),
        }


def evaluate_model(
    model: Model,
    task: Task,
    *,
    clock: Callable[[], float],
    vectors: Float32 | None = None,
    seed: int = 0,
    progress: Progress = lambda done, total: None,
) -> Run:
    """Learn, list, measure. vectors: unit rows of the products, for diversity."""
    began = clock()
    model.learn(task.train)
    learnt = clock()
    top = top_lists(model, task, PLACES, progress)
    listed = clock()
    measured, items, shoppers = measured_parts(top, task, vectors=vectors, seed=seed)
    return Run(model.name, measured, items, shoppers, top, {"learn": learnt - began, "list": listed - learnt})


def evaluate_ranker(
    name: str,
    fit: Callable[[], Ranker],
    given: LogTask,
    *,
    clock: Callable[[], float],
    seed: int = 0,
    progress: Progress = lambda done, total: None,
) -> Run:
    """The same for a generator on a log, asked request by request. The catalogue's vectors tell diversity."""
    began = clock()
    ranker = fit()
    learnt = clock()
    top = generated_lists(ranker, given, PLACES, progress)
    listed = clock()
    measured, items, shoppers = measured_parts(top, given.task, vectors=given.catalog.vectors, seed=seed)
    return Run(name, measured, items, shoppers, top, {"learn": learnt - began, "list": listed - learnt})


def measured_parts(
    top: Int32, task: Task, *, vectors: Float32 | None = None, seed: int = 0
) -> tuple[Measured, dict[str, Measured], dict[str, Measured]]:
    """Figures of everybody, and the accuracy of the parts by product and by shopper that are not empty."""
    support, truth = task.train.support, task.truth
    past = _past(task.histories, support, len(task.train))
    measured = measure(top, truth, Surroundings(support, len(task.train), past, vectors), seed=seed)
    products = support[truth.items]  # [n]
    lengths = task.histories.lengths[truth.shopper]  # [n]
    return measured, _parts(top, truth, products, ITEM_PARTS, seed), _parts(top, truth, lengths, SHOPPER_PARTS, seed)


def _parts(top: Int32, truth: Truth, values: Int64, edges: Mapping[str, Edge], seed: int) -> dict[str, Measured]:
    found = {}
    for name, (low, high) in edges.items():
        among = (values >= low) & (values <= (np.iinfo(np.int64).max if high is None else high))
        if among.any():
            found[name] = measure_accuracy(top, truth.only(among), seed=seed)
    return found


def _past(histories: Interactions, support: Int64, shoppers: int) -> Float64:
    """Float64[u], the mean popularity of each history; NaN without one."""
    totals = np.bincount(histories.shopper, support[histories.product] / max(1, shoppers), len(histories))
    lengths = histories.lengths
    return np.where(lengths > 0, totals / np.maximum(lengths, 1), np.nan)
