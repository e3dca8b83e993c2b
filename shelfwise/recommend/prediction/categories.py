"""The next category: a mixture of what this shopper looks at, what follows the last category, and what all look at.

    P(c) = w₁ · own(c) + w₂ · P(c | last) + w₃ · P(c)

own: the shopper's touches, decayed; P(c | last): how often shoppers went from one category to the other. The weights
are found by expectation–maximisation on what shoppers touched next (Jelinek and Mercer 1980).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.sparse import csr_array

from shelfwise.behaviour.table import EventTable
from shelfwise.types import Float64, Int64

DAY: Final = 86_400_000  # milliseconds
HALF_LIFE: Final = 14.0  # days
ROUNDS: Final = 30
MOST: Final = 2_000  # categories, the most touched
AT_ONCE: Final = 2_000  # shoppers of whom a full distribution is held in memory
TOUCHES: Final = ("click", "view", "favourite", "cart", "purchase")


@dataclass(frozen=True, slots=True)
class NextCategory:
    """names: C categories. common: Float64[C], their shares. follows: [C, C], rows sum to 1 or 0. weights: of own,
    follows and common."""

    names: tuple[str, ...]
    common: Float64
    follows: csr_array
    weights: tuple[float, float, float] = (0.5, 0.3, 0.2)

    def chances(self, table: EventTable, category: Int64, shopper: Int64, at: int) -> Float64:
        """Float64[n, C] of shoppers (codes in the table), as of a moment; rows sum to 1.

        category: of each product of the table a place in `names`, −1: none.
        """
        parts, here = self._parts(table, category, shopper, at)
        return _mixed(parts, here, np.array(self.weights))

    def tuned(self, table: EventTable, category: Int64, at: int) -> NextCategory:
        """The same with weights that fit what shoppers touched first after a moment."""
        shopper, after = following(table, category, at)
        shopper, after = shopper[:AT_ONCE], after[:AT_ONCE]
        if not len(shopper):
            return self
        parts, here = self._parts(table, category, shopper, at)
        said = np.stack([part[np.arange(len(after)), after] for part in parts], axis=1)  # [n, 3]
        weights = np.array(self.weights)
        for _ in range(ROUNDS):
            shares = here * weights
            shares /= shares.sum(axis=1, keepdims=True)
            joint = shares * said
            total = joint.sum(axis=1)
            weights = np.maximum((joint[total > 0] / total[total > 0, None]).mean(axis=0), 1e-3)
            weights /= weights.sum()
        return NextCategory(self.names, self.common, self.follows, tuple(weights.tolist()))

    def _parts(self, table: EventTable, category: Int64, shopper: Int64, at: int) -> tuple[list[Float64], Float64]:
        """The three distributions [n, C], and which of them each shopper has [n, 3]."""
        who, what, time = touched(table, category, at)
        inside = np.isin(who, shopper)
        place, what, time = np.searchsorted(shopper, who[inside]), what[inside], time[inside]
        shape = len(shopper), len(self.names)
        own = np.zeros(shape)
        np.add.at(own, (place, what), np.exp2((time - at) / DAY / HALF_LIFE))
        last = np.full(len(shopper), -1)
        last[place] = what  # in order of time: the latest stays
        next_ = np.zeros(shape)
        next_[last >= 0] = self.follows[last[last >= 0]].toarray()
        parts = [_shares(own), next_, np.broadcast_to(self.common, shape)]
        return parts, np.stack([part.sum(axis=1) > 0 for part in parts], axis=1).astype(np.float64)


def fit_categories(table: EventTable, category: Int64, names: Sequence[str], at: int, tune_at: int) -> NextCategory:
    """The model of a table up to `at`, its weights fitted on what came after `tune_at`."""
    early = _counted(table, category, names, tune_at).tuned(table.where(table.time <= at), category, tune_at)
    whole = _counted(table, category, names, at)
    return NextCategory(whole.names, whole.common, whole.follows, early.weights)


def coded(table: EventTable, paths: Mapping[str, str]) -> tuple[Int64, tuple[str, ...]]:
    """The category of each product of a table as a code (−1: none, or a rare one), and the names of the codes."""
    touches = Counter(paths.get(table.products[place], "") for place in table.product[table.product >= 0].tolist())
    touches.pop("", None)
    common = sorted(touches, key=lambda name: (-touches[name], name))[:MOST]
    return placed(table, paths, names := tuple(sorted(common))), names


def placed(table: EventTable, paths: Mapping[str, str], names: Sequence[str]) -> Int64:
    """The category of each product of a table as a place in `names`, −1 where it is none of them."""
    place = {name: code for code, name in enumerate(names)}
    return np.array([place.get(paths.get(product, ""), -1) for product in table.products], np.int64)


def touched(table: EventTable, category: Int64, at: int) -> tuple[Int64, Int64, Int64]:
    """Shopper, category and time of each touch up to a moment, in order of time."""
    rows = table.of_kinds(*TOUCHES)
    rows = rows.where((rows.time <= at) & (rows.product >= 0))
    what = category[rows.product] if len(rows) else np.zeros(0, np.int64)
    known = what >= 0
    return rows.shopper[known].astype(np.int64), what[known], rows.time[known]


def following(table: EventTable, category: Int64, at: int) -> tuple[Int64, Int64]:
    """Shoppers seen before a moment, and the category each touched first after it."""
    who, what, time = touched(table, category, int(table.time[-1]) if len(table) else at)
    before, after = time <= at, time > at
    first, place = np.unique(who[after], return_index=True)
    known = np.isin(first, who[before])
    return first[known], what[after][place[known]]


def _counted(table: EventTable, category: Int64, names: Sequence[str], at: int) -> NextCategory:
    who, what, time = touched(table, category, at)
    size = len(names)
    seen = np.bincount(what, np.exp2((time - at) / DAY / HALF_LIFE), minlength=size) + 1 / max(size, 1)
    common = np.asarray(seen / seen.sum() if size else seen, np.float64)
    order = np.lexsort((time, who))
    who, what = who[order], what[order]
    same = who[1:] == who[:-1]
    ones = np.ones(int(same.sum()))
    counts = csr_array((ones, (what[:-1][same], what[1:][same])), shape=(size, size))
    totals = np.maximum(counts.sum(axis=1), 1)
    return NextCategory(tuple(names), common, csr_array(counts / totals[:, None]))


def _shares(counts: Float64) -> Float64:
    total = counts.sum(axis=1, keepdims=True)
    return np.asarray(counts / np.where(total > 0, total, 1), np.float64)


def _mixed(parts: Sequence[Float64], here: Float64, weights: Float64) -> Float64:
    """What a shopper has nothing of goes to the other parts."""
    shares = here * weights
    shares /= shares.sum(axis=1, keepdims=True)
    return np.asarray(sum(part * shares[:, [place]] for place, part in enumerate(parts)), np.float64)
