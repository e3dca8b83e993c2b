"""What goes together: looked at in one sitting, or bought in one order."""

from __future__ import annotations

from dataclasses import replace
from typing import Final, Self

import numpy as np
from scipy import sparse

from shelfwise.behaviour.table import EventTable
from shelfwise.recommend.base import CatalogTable
from shelfwise.recommend.generators.item_knn import without_diagonal
from shelfwise.recommend.generators.neighbours import ItemToItem
from shelfwise.recommend.interactions import Interactions
from shelfwise.types import EventKind, Float64

MINUTE: Final = 60_000  # milliseconds
SURE: Final = 6.63  # of the likelihood ratio: 1 % of products that have nothing to do with each other come above it


class Together(ItemToItem):
    """Products that come together more often than chance would have it.

    A basket is what one shopper did without a pause of more than `pause` minutes. Of products i and j in n_ij of N
    baskets, those stay whose lift n_ij N / (n_i n_j) is above 1 and whose likelihood ratio is above `sure`, and

        weights[i, j] = n_ij / √(n_i n_j)

    Dunning, Accurate methods for the statistics of surprise and coincidence, 1993.
    """

    decay = 0.9
    kinds: tuple[EventKind, ...]
    pause: int
    least: int = 2  # baskets that both are in

    def fit(self, events: EventTable, catalog: CatalogTable) -> Self:
        """Fit on the baskets of a log."""
        return self.learn(Interactions.of_events(baskets(events.of_kinds(*self.kinds), self.pause), catalog.ids))

    def weigh(self, train: Interactions) -> sparse.csr_matrix:
        """Cosines of the pairs that are no accident."""
        matrix = train.matrix()
        matrix.data[:] = 1
        pairs = without_diagonal(matrix.T @ matrix).tocoo()
        single = np.asarray(matrix.sum(axis=0)).ravel().astype(np.float64)
        both, left, right = pairs.data.astype(np.float64), single[pairs.row], single[pairs.col]
        lifted = both * len(train) > left * right
        kept = (both >= self.least) & lifted & (likelihood_ratio(both, left, right, len(train)) > SURE)
        weights = (both / np.sqrt(left * right))[kept].astype(np.float32)
        return sparse.csr_matrix((weights, (pairs.row[kept], pairs.col[kept])), shape=pairs.shape)


class CoView(Together):
    """Looked at in one sitting."""

    name: str = "co_view"
    kinds = ("view", "click", "cart", "favourite")
    pause = 30


class BoughtTogether(Together):
    """Bought in one order, or put into one cart."""

    name: str = "bought_together"
    kinds = ("purchase",)
    pause = 60


def baskets(events: EventTable, pause: int) -> EventTable:
    """The events with baskets in the place of shoppers: a shopper's events with no pause of more than `pause` minutes.

    >>> from datetime import UTC, datetime, timedelta
    >>> from shelfwise.types import Event
    >>> at = datetime(2026, 1, 1, tzinfo=UTC)
    >>> some = [Event(str(n), "view", "ann", at + timedelta(minutes=n), "p") for n in (0, 10, 90)]
    >>> baskets(EventTable.of(some), 30).shopper.tolist()
    [0, 0, 1]
    """
    order = np.lexsort((events.time, events.shopper))
    who, time = events.shopper[order], events.time[order]
    first = np.ones(len(order), np.bool_)
    first[1:] = (who[1:] != who[:-1]) | (np.diff(time) > pause * MINUTE)
    number = np.cumsum(first) - 1
    basket = np.empty(len(order), np.int32)
    basket[order] = number
    names = tuple(map(str, range(int(number[-1]) + 1 if len(number) else 0)))
    return replace(events, shoppers=names, shopper=basket)


def likelihood_ratio(both: Float64, left: Float64, right: Float64, total: float) -> Float64:
    """Dunning's −2 log λ of each pair: how sure it is that the two are not independent, whatever the direction.

    both, left, right: Float64[n], baskets with the two, with the one and with the other, of `total`. Compare it with
    χ² of one degree of freedom.

    >>> likelihood_ratio(np.array([10.0, 1.0]), np.array([10.0, 10.0]), np.array([10.0, 10.0]), 100.0).round(1).tolist()
    [65.0, 0.0]
    """
    cells = [
        (both, left * right),
        (left - both, left * (total - right)),
        (right - both, (total - left) * right),
        (total - left - right + both, (total - left) * (total - right)),
    ]
    ratio = np.zeros(len(both))
    for seen, expected in cells:
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio += np.where(seen > 0, seen * np.log(seen * total / expected), 0.0)
    return 2 * ratio
