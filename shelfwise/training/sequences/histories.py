"""Histories: what each shopper took, in order of time, as one column; and the file format of published benchmarks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shelfwise.types import Int32, Int64


@dataclass(frozen=True, slots=True)
class Histories:
    """s histories over items 1 … count; 0 stands for no item.

    items: all histories one after the other, Int32[n]. starts: Int64[s + 1], history i is items[starts[i]:starts[i+1]].

    >>> histories = Histories.of([[1, 2, 3], [3, 1]], count=3)
    >>> histories.before(1).items.tolist(), histories.last(1).tolist()
    ([1, 2, 3], [3, 1])
    >>> histories.padded(np.array([0, 1]), 50).tolist()
    [[1, 2, 3], [3, 1, 0]]
    """

    items: Int32
    starts: Int64
    count: int

    def __len__(self) -> int:
        return len(self.starts) - 1

    @property
    def lengths(self) -> Int64:
        """How many items each history has: Int64[s]."""
        return np.diff(self.starts)

    @classmethod
    def of(cls, lists: list[list[int]], count: int) -> Histories:
        """From one list a shopper."""
        starts = np.concatenate([[0], np.cumsum([len(items) for items in lists])]).astype(np.int64)
        return cls(np.array([item for items in lists for item in items], dtype=np.int32), starts, count)

    def keep(self, mask: np.ndarray) -> Histories:
        """The items of a mask (Bool[n]); a history can become empty."""
        kept = np.concatenate([[0], np.cumsum(mask)])[self.starts]
        return Histories(self.items[mask], kept, self.count)

    def before(self, last: int) -> Histories:
        """Each history without its last `last` items."""
        place = np.arange(len(self.items)) - np.repeat(self.starts[:-1], self.lengths)
        return self.keep(place < np.repeat(self.lengths - last, self.lengths))

    def without_last(self, rows: Int64) -> Histories:
        """All histories, some of them without their last item."""
        mask = np.ones(len(self.items), np.bool_)
        mask[self.starts[rows + 1][self.lengths[rows] > 0] - 1] = False
        return self.keep(mask)

    def only(self, rows: Int64) -> Histories:
        """Some of the histories, in the order given."""
        lengths = self.lengths[rows]
        starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        at = np.arange(starts[-1]) - np.repeat(starts[:-1], lengths) + np.repeat(self.starts[rows], lengths)
        return Histories(self.items[at], starts, self.count)

    def last(self, nth: int) -> Int32:
        """The nth item from the end of each history; 0 where a history is shorter. Int32[s]."""
        found = self.items[np.maximum(self.starts[1:] - nth, 0)] if len(self.items) else np.zeros(len(self), np.int32)
        return np.where(self.lengths >= nth, found, 0).astype(np.int32)

    def padded(self, rows: Int64, length: int, ends: Int64 | None = None) -> Int32:
        """The last `length` items of some histories, zeros on the right: Int32[b, t].

        ends: Int64[b], where to stop in `items` in the place of each history's end.
        """
        stop = self.starts[rows + 1] if ends is None else ends
        start = np.maximum(self.starts[rows], stop - length)
        place = np.arange(max(1, int((stop - start).max(initial=0))))
        at = start[:, None] + place
        inside = at < stop[:, None]
        return np.where(inside, self.items[np.where(inside, at, 0)] if len(self.items) else 0, 0).astype(np.int32)
