"""The probabilities of looking and choosing, as pure functions."""

from __future__ import annotations

import numpy as np

from shelfwise.types import Float64


def examined(count: int, eta: float) -> Float64:
    """The probabilities that the products of a list are examined, Float64[count]: (1 / rank)^η, rank from 1.

    Source: Joachims, Swaminathan, Schnabel: Unbiased learning to rank with biased feedback, WSDM 2017.

    >>> examined(4, 0.5).round(3).tolist()
    [1.0, 0.707, 0.577, 0.5]
    """
    return np.power(np.arange(1, count + 1, dtype=np.float64), -eta)


def examined_in_rows(row: int, columns: int, along: float, down: float) -> Float64:
    """The probabilities along one of several rows of cards, Float64[columns]; row counts from 0.

        P = (1 / (1 + row))^η_down · (1 / (1 + column))^η_along

    >>> examined_in_rows(1, 2, 0.5, 1.0).round(3).tolist()
    [0.5, 0.354]
    """
    found: Float64 = examined(columns, along) * float(np.power(1.0 + row, -down))
    return found


def attracted(utility: Float64, attraction: float, noise: float) -> Float64:
    """The probability that an examined product is clicked: noise + (1 − noise) · σ(attraction + u).

    >>> attracted(np.array([0.0, 2.0]), -2.0, 0.0).round(3).tolist()
    [0.119, 0.5]
    """
    return noise + (1 - noise) * logistic(attraction + utility)


def logistic(logit: Float64 | float) -> Float64:
    """σ(x) = 1 / (1 + e^−x): a choice against an outside option of utility 0 (McFadden 1974)."""
    found: Float64 = 1 / (1 + np.exp(-np.asarray(logit, np.float64)))
    return found


def geometric(mean: float, uniform: float) -> int:
    """A number of the geometric distribution 1, 2, … with a mean, at a place of its distribution.

    >>> geometric(1.0, 0.9), geometric(5.0, 0.5)
    (1, 4)
    """
    if mean <= 1:
        return 1
    return max(1, int(np.ceil(np.log1p(-uniform) / np.log1p(-1 / mean))))
