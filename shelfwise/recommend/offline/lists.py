"""A model's lists for many shoppers, block by block, so that memory does not grow with shoppers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

import numpy as np

from shelfwise.errors import InputError
from shelfwise.recommend.interactions import Interactions
from shelfwise.recommend.offline.base import Model, Task
from shelfwise.types import Float32, Int32

CELLS: Final = 16_000_000  # scores held at a time

Progress = Callable[[int, int], None]


def blocks(histories: Interactions, cells: int = CELLS) -> Iterator[tuple[int, Interactions]]:
    """(first shopper, histories) of blocks whose scores over all products are at most `cells` numbers."""
    step = max(1, cells // max(1, len(histories.products)))
    for start in range(0, len(histories), step):
        yield start, histories.rows(start, start + step)


def without_seen(scores: Float32, histories: Interactions) -> Float32:
    """The scores with −inf for products of the history, in place."""
    scores[histories.shopper, histories.product] = -np.inf
    return scores


def top_of(scores: Float32, k: int) -> Int32:
    """Int32[u, k]: the k best products of each row, the best first, the lower code first where scores are equal.

    −1 where fewer than k have a score above −inf.

    >>> top_of(np.array([[0.1, 0.9, -np.inf, 0.9]], np.float32), 4).tolist()
    [[1, 3, 0, -1]]
    """
    width = scores.shape[1]
    best = np.argpartition(-scores, min(k, width) - 1, axis=1)[:, :k].astype(np.int32)  # [u, min(k, m)]
    best.sort(axis=1)
    values = np.take_along_axis(scores, best, axis=1)
    order = np.argsort(-values, axis=1, kind="stable")
    best, values = np.take_along_axis(best, order, axis=1), np.take_along_axis(values, order, axis=1)
    best[~(values > -np.inf)] = -1
    return np.pad(best, ((0, 0), (0, max(0, k - width))), constant_values=-1)


def top_lists(model: Model, task: Task, k: int = 20, progress: Progress = lambda done, total: None) -> Int32:
    """Int32[u, k]: the model's lists for the task's shoppers. Every product is ranked, never a sample.

    Raises InputError when the model's scores have another shape than shoppers × products, or are NaN.
    """
    histories, found = task.histories, []
    for start, block in blocks(histories):
        scores = model.scores(block)
        if scores.shape != (len(block), len(histories.products)) or np.isnan(scores).any():
            raise InputError(f"model {model.name!r} gave scores of shape {scores.shape}, or NaN among them.")
        found.append(top_of(scores if task.seen_again else without_seen(scores, block), k))
        progress(start + len(block), len(histories))
    return np.concatenate(found)
