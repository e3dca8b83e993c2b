"""Histories as columns: what each shopper touched, in order of time. What collaborative models learn from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy import sparse

from shelfwise.behaviour.table import KINDS, EventTable
from shelfwise.types import EventKind, Float32, Int32, Int64

STRENGTH: Final[Mapping[EventKind, float]] = {
    "view": 0.5,
    "click": 0.5,
    "favourite": 0.8,
    "cart": 0.8,
    "purchase": 1.0,
    "rating": 1.0,
    "review": 1.0,
}  # what a touch of a kind says of interest; kinds that are not here say none


@dataclass(frozen=True, slots=True)
class Touches:
    """n touches of products: event: Int64[n], the row of the table where each began; product: Int32[n], its code.

    strength: Float32[n], 0 to 1. They are ordered by shopper, those of a shopper by time.
    """

    event: Int64
    product: Int32
    strength: Float32

    @classmethod
    def of_events(
        cls, events: EventTable, products: Sequence[str], strength: Mapping[EventKind, float] = STRENGTH
    ) -> Touches:
        """The touches in a table of events, of those products only.

        A product touched several times in a row (viewed, put into the cart, bought) is one touch, the strongest.
        """
        places = {name: place for place, name in enumerate(products)}
        code = np.array([places.get(name, -1) for name in events.products] + [-1], np.int32)[events.product]
        weights = np.array([strength.get(kind, 0.0) for kind in KINDS], np.float32)[events.kind]
        kept = np.flatnonzero((code >= 0) & (weights > 0))
        order = kept[np.argsort(events.shopper[kept], kind="stable")]  # by shopper, each in order of time
        who, code, weights = events.shopper[order], code[order], weights[order]
        first = np.ones(len(who), np.bool_)
        first[1:] = (who[1:] != who[:-1]) | (code[1:] != code[:-1])
        runs = np.flatnonzero(first)
        strongest = np.maximum.reduceat(weights, runs) if len(runs) else weights
        return cls(order[runs], code[runs], strongest)


@dataclass(frozen=True, slots=True)
class Interactions:
    """u shoppers' touches of m products: product[starts[s]:starts[s + 1]] are those of shopper s, the oldest first.

    products: the names that codes stand for. product: Int32[n]. strength: Float32[n], 0 to 1. time: Int64[n],
    milliseconds since 1970 (places in the history where no time is known). shoppers: names, () where none are needed.

    >>> some = Interactions.of_lists([["a", "b"], ["b", "c", "a"]])
    >>> some.products, some.product.tolist(), len(some), some.support.tolist()
    (('a', 'b', 'c'), [0, 1, 1, 2, 0], 2, [2, 2, 1])
    """

    products: tuple[str, ...]
    starts: Int64
    product: Int32
    strength: Float32
    time: Int64
    shoppers: tuple[str, ...] = ()

    @classmethod
    def of_lists(cls, histories: Iterable[Sequence[str]], products: Sequence[str] = ()) -> Interactions:
        """Lists of product names, the oldest first; names that are not in `products` are put after them."""
        places = {name: place for place, name in enumerate(products)}
        lists = [[places.setdefault(name, len(places)) for name in history] for history in histories]
        return cls.of_codes(lists, tuple(places))

    @classmethod
    def of_codes(cls, lists: Sequence[Sequence[int]], products: tuple[str, ...]) -> Interactions:
        """Lists of codes of `products`, the oldest first."""
        lengths = np.array([len(each) for each in lists], np.int64)
        codes = np.fromiter((code for each in lists for code in each), np.int32, int(lengths.sum()))
        starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])
        places = np.arange(len(codes)) - np.repeat(starts[:-1], lengths)
        return cls(products, starts, codes, np.ones(len(codes), np.float32), places.astype(np.int64))

    @classmethod
    def of_events(
        cls, events: EventTable, products: Sequence[str] | None = None, strength: Mapping[EventKind, float] = STRENGTH
    ) -> Interactions:
        """The touches in a table of events (see Touches).

        Products that are not in `products` (the catalogue's, in its order) are left out; None takes the table's own.
        """
        names = events.products if products is None else tuple(products)
        found = Touches.of_events(events, names, strength)
        who = events.shopper[found.event]
        starts = np.searchsorted(who, np.arange(len(events.shoppers) + 1)).astype(np.int64)
        return cls(names, starts, found.product, found.strength, events.time[found.event], events.shoppers)

    def __len__(self) -> int:
        return len(self.starts) - 1

    @property
    def lengths(self) -> Int64:
        """Int64[u], how long each history is."""
        return np.diff(self.starts)

    @property
    def shopper(self) -> Int64:
        """Int64[n], whose touch each is."""
        return np.repeat(np.arange(len(self)), self.lengths)

    @property
    def age(self) -> Int64:
        """Int64[n], how many touches came after each in its history (0: the newest)."""
        return np.repeat(self.starts[1:], self.lengths) - 1 - np.arange(len(self.product))

    @property
    def support(self) -> Int64:
        """Int64[m], how many shoppers touched each product."""
        return np.bincount(self.matrix().indices, minlength=len(self.products))

    def rows(self, start: int, stop: int) -> Interactions:
        """The shoppers start ≤ s < stop."""
        low, high = self.starts[start], self.starts[min(stop, len(self))]
        return Interactions(
            self.products,
            self.starts[start : stop + 1] - low,
            self.product[low:high],
            self.strength[low:high],
            self.time[low:high],
            self.shoppers[start:stop],
        )

    def matrix(self, decay: float = 1.0, *, weighed: bool = False) -> sparse.csr_matrix:
        """Float32[u, m], sparse: decay^age of the newest touch of each product; with `weighed`, times its strength."""
        values = np.power(decay, self.age, dtype=np.float64).astype(np.float32)
        if weighed:
            values = values * self.strength
        keys = self.shopper * len(self.products) + self.product
        newest = len(keys) - 1 - np.unique(keys[::-1], return_index=True)[1]  # ordered by shopper, then product
        counts = np.bincount(self.shopper[newest], minlength=len(self))
        starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)])
        shape = (len(self), len(self.products))
        return sparse.csr_matrix((values[newest], self.product[newest], starts), shape=shape)
