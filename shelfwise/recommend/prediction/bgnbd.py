"""BG/NBD: shoppers buy at random at a pace of their own, and after each purchase some leave for good.

    purchases of one who stays    Poisson with rate λ,   λ over shoppers ~ Gamma(r, α)
    leaving after a purchase      with chance p,         p over shoppers ~ Beta(a, b)

Of a shopper with x repeat purchases, the last t days after the first, seen for T days:

    P(stays)            = 1 / (1 + [x>0] · a/(b+x−1) · ((α+T)/(α+t))^(r+x))
    P(buys within d)    = P(stays) · (1 − ((α+T)/(α+T+d))^(r+x))
    median, if stays    = (α+T) · (2^(1/(r+x)) − 1)

Source: Fader, Hardie and Lee 2005, "Counting Your Customers the Easy Way".
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import betaln, gammaln

from shelfwise.recommend.prediction.purchases import Purchases
from shelfwise.types import Float64

BOUND = 7.0  # of the logarithms of the parameters


@dataclass(frozen=True, slots=True)
class BgNbd:
    """The four parameters; α in days. A `PurchaseTime`."""

    r: float = 1.0
    alpha: float = 30.0
    a: float = 1.0
    b: float = 2.0
    name = "bg_nbd"

    def fit(self, histories: Purchases) -> BgNbd:
        """The parameters of greatest likelihood; those of `self` without a shopper who bought."""
        if not len(histories):
            return self
        start = np.log([self.r, self.alpha, self.a, self.b])

        def loss(logs: Float64) -> float:
            return -float(_log_likelihood(np.exp(logs), histories).mean())

        found = minimize(loss, start, method="L-BFGS-B", bounds=[(-BOUND, BOUND)] * 4)
        return BgNbd(*(float(value) for value in np.exp(found.x)))

    def stays(self, histories: Purchases) -> Float64:
        """The chance that a shopper has not left for good."""
        x = histories.repeats
        pace = (self.r + x) * np.log((self.alpha + histories.age) / (self.alpha + histories.last))
        odds = np.exp(np.minimum(pace, 500)) * self.a / np.maximum(self.b + x - 1, 1e-9)
        return np.asarray(1 / (1 + np.where(x > 0, odds, 0.0)), np.float64)

    def within(self, histories: Purchases, days: Float64 | float) -> Float64:
        """The chance of a purchase within so many days."""
        reach = self.alpha + histories.age
        return self.stays(histories) * (1 - (reach / (reach + days)) ** (self.r + histories.repeats))

    def due(self, histories: Purchases) -> Float64:
        """The median number of days, if the shopper stays."""
        return (self.alpha + histories.age) * (2 ** (1 / (self.r + histories.repeats)) - 1)

    def state(self) -> dict[str, float]:
        """The parameters by name."""
        return {"r": self.r, "alpha": self.alpha, "a": self.a, "b": self.b}


def _log_likelihood(parameters: Float64, histories: Purchases) -> Float64:
    r, alpha, a, b = parameters
    x, last, age = histories.repeats, histories.last, histories.age
    shared = gammaln(r + x) - gammaln(r) + r * np.log(alpha)
    stayed = betaln(a, b + x) - betaln(a, b) - (r + x) * np.log(alpha + age)
    left = betaln(a + 1, np.maximum(b + x - 1, 1e-9)) - betaln(a, b) - (r + x) * np.log(alpha + last)
    return np.asarray(shared + np.where(x > 0, np.logaddexp(stayed, left), stayed), np.float64)
