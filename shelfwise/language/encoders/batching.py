"""Texts of unequal length, cut into batches that waste little on padding."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from shelfwise.types import Int64


def batches(lengths: Sequence[int], limit: int) -> Iterator[list[int]]:
    """Rows in batches of similar length; in each, rows × longest ≤ `limit` (a row longer than that goes alone).

    Longest first, so that when batches run side by side the last ones to finish are the short ones.

    >>> list(batches([5, 1, 4, 2], limit=10))
    [[0, 2], [3, 1]]
    """
    batch: list[int] = []
    for row in sorted(range(len(lengths)), key=lambda row: -lengths[row]):
        if batch and (len(batch) + 1) * lengths[batch[0]] > limit:
            yield batch
            batch = []
        batch.append(row)
    if batch:
        yield batch


def run_batches(run: Callable[[list[int]], None], lengths: Sequence[int], limit: int, threads: int) -> None:
    """Calls `run` with the rows of each batch, in up to `threads` threads; one batch stays in this thread."""
    plan = list(batches(lengths, limit))
    if len(plan) < 2 or threads == 1:
        for rows in plan:
            run(rows)
        return
    with ThreadPoolExecutor(min(threads, len(plan))) as pool:
        list(pool.map(run, plan))


def pad(tokens: Sequence[Sequence[int]]) -> tuple[Int64, Int64]:
    """Ids and mask, both Int64[n, longest]; padding has id 0 and mask 0.

    >>> pad([[7, 8], [9]])[1].tolist()
    [[1, 1], [1, 0]]
    """
    longest = max(map(len, tokens))
    ids = np.zeros((len(tokens), longest), np.int64)
    mask = np.zeros((len(tokens), longest), np.int64)
    for row, each in enumerate(tokens):
        ids[row, : len(each)] = each
        mask[row, : len(each)] = 1
    return ids, mask
