"""Weibull gaps: purchases come at a rhythm, each shopper at their own, learned beside that of the shop.

    m = (n·mean gap + w·M) / (n + w)          the shopper's rhythm, n gaps of their own, w gaps' worth of the shop's M
    S(t) = exp(−(t/(c·m))^k)                  a gap is longer than t; c = 1/Γ(1 + 1/k) makes m the mean
    P(buys within d) = 1 − S(e + d) / S(e)    e days after the last purchase

k > 1 means that a purchase becomes likelier the longer the last one is ago, as with what is used up.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import gamma

from shelfwise.recommend.prediction.purchases import Purchases
from shelfwise.types import Float64

LEAST = 0.5  # days: gaps are of whole days or more


@dataclass(frozen=True, slots=True)
class WeibullGaps:
    """k: shape. mean: M in days. weight: w. A `PurchaseTime`."""

    k: float = 1.0
    mean: float = 60.0
    weight: float = 2.0
    name = "weibull"

    def fit(self, histories: Purchases) -> WeibullGaps:
        """The parameters of greatest likelihood. Each gap is judged by the shopper's gaps before it, and the silence
        since the last purchase counts as a gap that is at least so long."""
        if not len(histories):
            return self
        before, total = _before(histories)
        counts = np.bincount(histories.gap_shopper, minlength=len(histories)).astype(np.float64)
        sums = np.bincount(histories.gap_shopper, histories.gaps, minlength=len(histories))
        gaps = np.maximum(histories.gaps, LEAST)

        def loss(logs: Float64) -> float:
            k, mean, weight = np.exp(logs)
            scale = _scale((total + weight * mean) / (before + weight), k)
            ended = np.log(k / scale) + (k - 1) * np.log(gaps / scale) - (gaps / scale) ** k
            open_ = (histories.silence / _scale((sums + weight * mean) / (counts + weight), k)) ** k
            return float(open_.sum() - ended.sum()) / (len(gaps) + len(histories))

        start = np.log([self.k, self.mean, self.weight])
        bounds = [(np.log(0.2), np.log(10.0)), (np.log(LEAST), np.log(3650.0)), (np.log(0.1), np.log(100.0))]
        found = minimize(loss, start, method="L-BFGS-B", bounds=bounds)
        return WeibullGaps(*(float(value) for value in np.exp(found.x)))

    def within(self, histories: Purchases, days: Float64 | float) -> Float64:
        """The chance of a purchase within so many days."""
        scale = _scale(self._rhythm(histories), self.k)
        silence = histories.silence
        return np.asarray(-np.expm1((silence / scale) ** self.k - ((silence + days) / scale) ** self.k), np.float64)

    def due(self, histories: Purchases) -> Float64:
        """The median number of days."""
        scale = _scale(self._rhythm(histories), self.k)
        silence = histories.silence
        return np.asarray(scale * ((silence / scale) ** self.k + np.log(2)) ** (1 / self.k) - silence, np.float64)

    def state(self) -> dict[str, float]:
        """The parameters by name."""
        return {"k": self.k, "mean": self.mean, "weight": self.weight}

    def _rhythm(self, histories: Purchases) -> Float64:
        return np.asarray((histories.last + self.weight * self.mean) / (histories.repeats + self.weight), np.float64)


def _scale(mean: Float64, k: float) -> Float64:
    return np.asarray(mean / gamma(1 + 1 / k), np.float64)


def _before(histories: Purchases) -> tuple[Float64, Float64]:
    """Of each gap: how many gaps its shopper had before, and their sum."""
    who, gaps = histories.gap_shopper, histories.gaps
    starts = np.searchsorted(who, who)
    running = np.concatenate([[0.0], np.cumsum(gaps)])
    places = np.arange(len(gaps))
    return (places - starts).astype(np.float64), running[places] - running[starts]
