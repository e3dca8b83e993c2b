"""From the candidates of several sources to one order, with weights learnt from what shoppers took."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Self

import numpy as np

from shelfwise.errors import InputError
from shelfwise.recommend.interactions import Interactions
from shelfwise.recommend.offline.base import Model
from shelfwise.recommend.offline.lists import blocks, top_of, without_seen
from shelfwise.recommend.offline.splits import leave_one_out, sample
from shelfwise.recommend.placements.blending import Blended, summed
from shelfwise.types import Candidates, Float32, Float64, Int32, Int64

RIDGE: Final = 1e-4  # of the regression: enough to keep weights of equal sources apart


@dataclass(frozen=True, slots=True)
class Listed:
    """n candidates of u requests, one request after the other.

    request: Int64[n]; code: Int32[n]; shares: Float32[n, sources]. A share is a source's score over its best one for
    the request, 0 to 1: scores of one source can be compared with each other only, shares of several can be added up.
    """

    request: Int64
    code: Int32
    shares: Float32


def listed(scores: Sequence[Float32], depth: int) -> Listed:
    """The `depth` best candidates of each source, each candidate once, with the share that each source gives it.

    scores: Float32[u, m] of each source; −inf and what is below 0 has no share.
    """
    u, m = scores[0].shape
    keys = []
    for own in scores:
        top = top_of(own, depth)  # [u, depth]
        keys.append((np.arange(u, dtype=np.int64)[:, None] * m + top)[top >= 0])
    union = np.unique(np.concatenate(keys))
    request, code = union // m, (union % m).astype(np.int32)
    shares = np.empty((len(union), len(scores)), np.float32)
    for source, own in enumerate(scores):
        best = np.maximum(own.max(axis=1), np.finfo(np.float32).tiny)  # [u]
        shares[:, source] = np.maximum(own[request, code], 0) / best[request]
    return Listed(request, code, shares)


def softmax_regression(listed: Listed, taken: Int32, *, ridge: float = RIDGE) -> Float64:
    """Weights w ≥ 0, Float64[sources], that make what was taken most likely among the candidates of its request:

        max Σ_r log( exp(w·x_taken) / Σ_c exp(w·x_c) ) / R − ridge/2 |w|²

    x are shares; taken: Int32[u], the code each request's shopper took; requests that do not list it say nothing. The
    problem is convex and starts from 0, so that the same candidates give the same weights. It is the conditional logit
    of McFadden, 1974. Raises InputError if no request lists what was taken.
    """
    from scipy.optimize import minimize  # takes a fifth of a second to import, and only learning needs it

    right = listed.code == taken[listed.request]
    asked = np.zeros(len(taken), np.bool_)
    asked[listed.request[right]] = True
    if not asked.any():
        raise InputError("no source found any of the products that were taken: there is nothing to learn weights from.")
    kept = asked[listed.request]
    x, right, request = listed.shares[kept].astype(np.float64), right[kept], listed.request[kept]
    starts = np.flatnonzero(np.concatenate([[True], request[1:] != request[:-1]]))
    counts = np.diff(np.append(starts, len(request)))
    total = x[right].sum(axis=0)  # [sources]

    def loss(w: Float64) -> tuple[float, Float64]:
        logits = x @ w
        logits -= np.repeat(np.maximum.reduceat(logits, starts), counts)
        odds = np.exp(logits)
        sums = np.add.reduceat(odds, starts)  # [R]
        shares = odds / np.repeat(sums, counts)
        value = -(logits[right] - np.log(sums)).mean() + ridge / 2 * w @ w
        slope: Float64 = (shares @ x - total) / len(starts) + ridge * w
        return float(value), slope

    bounds = [(0, None)] * x.shape[1]
    found: Float64 = minimize(loss, np.zeros(x.shape[1]), jac=True, method="L-BFGS-B", bounds=bounds).x
    return found


class Shares:
    """The blend of placements (placements/blending.py) with shares, and with learnt weights where there are any.

        s(p) = Σ_g w_g · s_g(p) / max s_g        a generator that did not find p adds nothing

    learnt: generator → weight; the others have the recipe's, times the largest that was learnt.
    """

    def __init__(self, learnt: Mapping[str, float] | None = None) -> None:
        self._learnt = dict(learnt or {})
        self._scale = max(self._learnt.values(), default=1.0)

    def blend(self, found: Mapping[str, Candidates], weights: Mapping[str, float]) -> Blended:
        """The products of all generators; equal scores stay in the order in which they were found."""
        weight = {name: self._learnt.get(name, self._scale * weights[name]) for name in found}
        return summed(found, {name: weight[name] * share_of(each.scores[name]) for name, each in found.items()})


def share_of(scores: Float32) -> Float32:
    """Scores over the best of them, 0 to 1; 0 for what is not above 0."""
    best = max(float(scores.max(initial=0.0)), float(np.finfo(np.float32).tiny))
    return (np.maximum(scores, 0) / best).astype(np.float32)


class Blend:
    """A blend of models as a model: their first candidates, ordered by the weighted sum of their shares.

    learn holds out each history's last product, lets the sources learn from the rest, learns the weights from what was
    held out, and lets the sources learn from everything. depth: candidates of each source. shoppers: at most so many
    requests are learnt from, drawn by `seed`.
    """

    def __init__(
        self, sources: Sequence[Model], *, name: str = "blend", depth: int = 300, shoppers: int = 10_000, seed: int = 0
    ) -> None:
        self.name, self.sources = name, sources
        self.weights: Float64 = np.ones(len(sources))
        self._depth, self._shoppers, self._seed = depth, shoppers, seed

    def learn(self, train: Interactions) -> Self:
        """See recommend/offline/base.py."""
        task = sample(leave_one_out(train, "test"), self._shoppers, self._seed)
        for source in self.sources:
            source.learn(task.train)
        self.weights = softmax_regression(self._all(task.histories), task.truth.items)
        for source in self.sources:
            source.learn(train)
        return self

    def scores(self, histories: Interactions) -> Float32:
        """Float32[u, m]; −inf for what no source found."""
        found = self._listed(histories)
        scores = np.full((len(histories), len(histories.products)), -np.inf, np.float32)
        scores[found.request, found.code] = found.shares @ self.weights
        return scores

    @property
    def learnt(self) -> dict[str, float]:
        """Source → weight."""
        return {source.name: float(weight) for source, weight in zip(self.sources, self.weights, strict=True)}

    def _listed(self, histories: Interactions) -> Listed:
        return listed([without_seen(each.scores(histories), histories) for each in self.sources], self._depth)

    def _all(self, histories: Interactions) -> Listed:
        requests, codes, shares = [], [], []
        for start, block in blocks(histories):
            found = self._listed(block)
            requests.append(found.request + start)
            codes.append(found.code)
            shares.append(found.shares)
        return Listed(np.concatenate(requests), np.concatenate(codes), np.concatenate(shares))
