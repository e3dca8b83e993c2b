"""Batches of histories of like length, with the next items as targets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from shelfwise.training.sequences.histories import Histories
from shelfwise.types import Int32, Int64

_POOL: Final = 16  # batches whose histories are sorted by length together


@dataclass(frozen=True, slots=True)
class Batch:
    """inputs: Int32[b, t], zeros on the right. places: Int64[p], where in the flat inputs there is a target.

    targets: Int32[p], the next item from each place on.
    """

    inputs: Int32
    places: Int64
    targets: Int32


def batches(histories: Histories, rng: np.random.Generator, *, size: int, length: int) -> Iterator[Batch]:
    """One epoch in random order; of a history longer than length + 1, one random window."""
    rows = rng.permutation(np.flatnonzero(histories.lengths >= 2))
    groups = []
    for at in range(0, len(rows), size * _POOL):
        pool = rows[at : at + size * _POOL]
        pool = pool[np.argsort(histories.lengths[pool], kind="stable")]
        groups += [pool[start : start + size] for start in range(0, len(pool), size)]
    for group in rng.permutation(len(groups)):
        yield _batch(histories, groups[group], rng, length)


def _batch(histories: Histories, rows: Int64, rng: np.random.Generator, length: int) -> Batch:
    spare = np.maximum(histories.lengths[rows] - (length + 1), 0)
    ends = histories.starts[rows + 1] - rng.integers(0, spare + 1)
    window = histories.padded(rows, length + 1, ends)
    inputs, targets = window[:, :-1], window[:, 1:]
    places = np.flatnonzero(targets)
    return Batch(inputs, places, targets.ravel()[places])
