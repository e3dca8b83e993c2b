"""What is learnt from and what is asked for: the last product of each history, or all after a moment.

The hazard of leave-one-out: it has no clock. A model has seen what other shoppers did after the product asked for,
which no shop could. It compares models with each other and with papers; `time_split` says what a shop would gain.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

import numpy as np

from shelfwise.behaviour.table import EventTable
from shelfwise.errors import InputError
from shelfwise.evaluation.recommend import Truth
from shelfwise.recommend.interactions import Interactions
from shelfwise.recommend.offline.base import Task
from shelfwise.types import Bool, Int64

Held: TypeAlias = Literal["valid", "test"]


def leave_one_out(sequences: Interactions, held: Held) -> Task:
    """valid: the second last product of each history is asked for, of what came before it; test: the last one.

    A model learns from what comes before the product asked for, of all shoppers: choose on "valid", then learn again
    for "test". Shoppers with nothing before it are learnt from and not asked. Raises InputError if nobody is left.
    """
    back = 2 if held == "valid" else 1
    cut = np.maximum(sequences.lengths - back, 0)
    train = _first(sequences, cut)
    asked = cut > 0
    if not asked.any():
        raise InputError(f"no history has more than {back} products, expected some to ask for ({held}).")
    targets = sequences.product[(sequences.starts[:-1] + cut)[asked]]
    return Task(train, _of(train, asked), Truth.of_one(targets))


def time_split(events: EventTable, products: tuple[str, ...], *, share: float = 0.8) -> Task:
    """Learn from the first `share` of the touches; ask, of shoppers known by then, for what they touched first after.

    products: the catalogue's, in its order. Raises InputError for a share outside 0 to 1 or too few events.
    """
    touches = Interactions.of_events(events, products)
    before = touches.time < moment_of(touches, share)
    cut = np.bincount(touches.shopper[before], minlength=len(touches)).astype(np.int64)
    train = _first(touches, cut)
    starts: list[int] = [0]
    items: list[int] = []
    for row in np.flatnonzero(cut):
        low, high = int(touches.starts[row] + cut[row]), int(touches.starts[row + 1])
        known = set(touches.product[touches.starts[row] : low].tolist())
        new = dict.fromkeys(code for code in touches.product[low:high].tolist() if code not in known)
        items.extend(new)
        starts.append(len(items))
    asked = np.zeros(len(touches), np.bool_)
    asked[np.flatnonzero(cut)[np.diff(starts) > 0]] = True
    if not asked.any():
        raise InputError("no shopper of the first part of the log touched a product that was new to them later.")
    lengths = np.diff(starts)
    truth = Truth(np.concatenate([[0], np.cumsum(lengths[lengths > 0])]), np.array(items, np.int32))
    return Task(train, _of(train, asked), truth)


def moment_of(touches: Interactions, share: float) -> int:
    """The millisecond before which the first `share` of the touches came. Raises InputError as `time_split` does."""
    if not 0 < share < 1:
        raise InputError(f"found the share {share} to learn from, expected a number between 0 and 1.")
    if len(touches.time) < 2:
        raise InputError("found fewer than two touches of known products in the log, nothing to measure on.")
    return int(np.quantile(touches.time, share))


def sample(task: Task, most: int, seed: int) -> Task:
    """The task with at most so many of its shoppers, drawn by the seed; what is learnt from stays."""
    count = len(task.histories)
    if count <= most:
        return task
    asked = np.zeros(count, np.bool_)
    asked[np.random.default_rng(seed).choice(count, most, replace=False)] = True
    kept = task.truth.only(np.repeat(asked, task.truth.positives))
    truth = Truth(np.concatenate([[0], np.cumsum(kept.positives[asked])]), kept.items)
    return Task(task.train, _of(task.histories, asked), truth, task.seen_again)


def _first(sequences: Interactions, lengths: Int64) -> Interactions:
    """The first lengths[s] touches of each shopper."""
    kept = sequences.age >= np.repeat(sequences.lengths - lengths, sequences.lengths)
    return _only(sequences, kept, lengths, sequences.shoppers)


def _of(sequences: Interactions, shoppers: Bool) -> Interactions:
    """Some of the shoppers."""
    names = tuple(name for name, asked in zip(sequences.shoppers, shoppers, strict=False) if asked)
    return _only(sequences, np.repeat(shoppers, sequences.lengths), sequences.lengths[shoppers], names)


def _only(sequences: Interactions, kept: Bool, lengths: Int64, shoppers: tuple[str, ...]) -> Interactions:
    """The touches of a mask, of which each shopper has so many."""
    starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])
    return Interactions(
        sequences.products,
        starts,
        sequences.product[kept],
        sequences.strength[kept],
        sequences.time[kept],
        shoppers,
    )
