"""What comes after what: neighbours that know the order and the distance."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from shelfwise.recommend.generators.item_knn import scaled, without_diagonal
from shelfwise.recommend.generators.neighbours import ItemToItem
from shelfwise.recommend.interactions import Interactions


class Transitions(ItemToItem):
    """Ordered co-occurrence, the nearer the heavier.

        weights[i, j] = (t_ij + back · t_ji) / (n_i^rows · n_j^columns),   t_ij = Σ fade^(steps − 1)

    summed over all places where j comes `steps` touches after i in a history; n are supports. A small power of n_j
    lets popular products keep most of their weight, which a cosine (½, ½) takes from them.

    Relations: `ItemKnn` is this with fade = back = 1 and cosine. On sequences of purchases this is the strongest single
    model here; where a history has no order, take `Ease`.
    """

    name: str = "transitions"
    decay = 0.7
    fade = 0.8
    back = 0.3
    rows = 0.6
    columns = 0.1
    reach = 30  # steps that count; fade^30 is a thousandth

    def weigh(self, train: Interactions) -> sparse.csr_matrix:
        """Fading counts of both directions, scaled."""
        ahead = steps(train, self.fade, self.reach)
        return scaled(without_diagonal(ahead + self.back * ahead.T), train.support, self.rows, self.columns)


def steps(train: Interactions, fade: float, reach: int) -> sparse.csr_matrix:
    """Float64[m, m]: t_ij = Σ fade^(steps − 1) over the places where j comes 1 ≤ steps ≤ reach touches after i."""
    m, who = len(train.products), train.shopper
    total = sparse.csr_matrix((m, m))
    for step in range(1, min(reach, int(train.lengths.max(initial=0)) - 1) + 1):
        same = who[step:] == who[:-step]
        before, after = train.product[:-step][same], train.product[step:][same]
        weights = np.full(len(before), fade ** (step - 1))
        total = total + sparse.csr_matrix((weights, (before, after)), shape=(m, m))
    return total
