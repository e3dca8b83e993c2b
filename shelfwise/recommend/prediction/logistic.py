"""Chances by logistic regression, made true on later data.

    p = σ(a·(z·w + b) + c),   z = (x − mean) / deviation

w and b minimise  −(1/n) Σ ln p(y) + λ/2 ‖w‖²; a and c (Platt's scaling) minimise the same loss on data that
w has not seen, so that a drift of the shop moves the chances and not the order.

Source: Platt 1999, "Probabilistic Outputs for Support Vector Machines" (with its targets (n₊+1)/(n₊+2), 1/(n₋+2)).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.special import expit

from shelfwise.types import Bool, Float64

SHRINK: Final = 1e-3  # λ
FEWEST: Final = 5  # of each kind, below which there is only the base rate
FLATTEST: Final = 0.1  # slope of the scaling: chances may lose most of their spread, and never turn round
STEPS, CLOSE, JITTER = 50, 1e-9, 1e-12


@dataclass(frozen=True, slots=True)
class Logistic:
    """mean, deviation, weights: Float64[k]. slope, shift: a and c of Platt's scaling."""

    mean: Float64
    deviation: Float64
    weights: Float64
    bias: float
    slope: float = 1.0
    shift: float = 0.0

    def chances(self, values: Float64) -> Float64:
        """Float64[n] of features Float64[n, k]."""
        return np.asarray(expit(self.slope * self._scores(values) + self.shift), np.float64)

    def _scores(self, values: Float64) -> Float64:
        return np.asarray((values - self.mean) / self.deviation @ self.weights + self.bias, np.float64)

    def scaled(self, values: Float64, true: Bool) -> Logistic:
        """The same with Platt's scaling fitted on other data; unchanged where these tell too little."""
        plus, minus = int(true.sum()), int((~true).sum())
        if min(plus, minus) < FEWEST:
            return self
        target = np.where(true, (plus + 1) / (plus + 2), 1 / (minus + 2))
        slope, shift = _newton(np.column_stack([self._scores(values), np.ones(len(true))]), target, np.zeros(2))
        return Logistic(self.mean, self.deviation, self.weights, self.bias, max(float(slope), FLATTEST), float(shift))


def fit_logistic(values: Float64, true: Bool, shrink: float = SHRINK) -> Logistic:
    """The regression on features Float64[n, k] and truth Bool[n]; with too few of either kind, the base rate alone."""
    n, k = values.shape
    mean = values.mean(axis=0) if n else np.zeros(k)
    deviation = values.std(axis=0) if n else np.ones(k)
    deviation = np.where(deviation < 1e-9, 1.0, deviation)
    rate = (true.sum() + 0.5) / (n + 1)
    base = float(np.log(rate / (1 - rate)))
    if min(int(true.sum()), int((~true).sum())) < FEWEST:
        return Logistic(mean, deviation, np.zeros(k), base)
    z = np.column_stack([(values - mean) / deviation, np.ones(n)])
    found = _newton(z, true.astype(np.float64), np.append(np.full(k, shrink), 0.0))
    return Logistic(mean, deviation, found[:-1], float(found[-1]))


def _newton(z: Float64, target: Float64, shrink: Float64) -> Float64:
    """w that minimises the mean log loss of σ(z·w) + Σ shrink·w²/2. z: Float64[n, k], target: Float64[n] in 0 to 1.

    By Newton's steps, halved while they make things worse: of few weights each, they are exact and few.
    """
    n, k = z.shape

    def loss(w: Float64) -> float:
        scores = z @ w
        return float(np.mean(np.logaddexp(0, scores) - target * scores) + shrink @ w**2 / 2)

    w = np.zeros(k)
    now = loss(w)
    for _ in range(STEPS):
        p = expit(z @ w)
        gradient = z.T @ (p - target) / n + shrink * w
        curve = (z * (p * (1 - p))[:, None]).T @ z / n + np.diag(shrink + JITTER)
        step = np.linalg.solve(curve, gradient)
        while (then := loss(w - step)) > now and np.abs(step).max() > CLOSE:
            step /= 2
        w = w - step
        if np.abs(step).max() <= CLOSE:
            break
        now = then
    return np.asarray(w, np.float64)
