"""What shoppers like. The shop never sees it: it sees only what they do."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from shelfwise.simulate.shoppers.draws import Draws
from shelfwise.simulate.shoppers.market import Market
from shelfwise.simulate.shoppers.setting import Setting
from shelfwise.types import Float64

PRICE_MEAN, PRICE_SPREAD = 0.13, 0.14  # of the squared distance of two places, one uniform, one triangular


@dataclass(frozen=True, slots=True)
class Tastes:
    """The tastes of one shopper, drawn from the catalogue's own categories, brands and attribute values.

    category: Float64[2, c], value: Float64[2, v]: where tastes begin, and what they turn towards. brand: Float64[b].
    price: the place among the prices of a category that is liked best, 0 (the cheapest) to 1. own: Float64[m].
    """

    category: Float64
    value: Float64
    brand: Float64
    price: float
    own: Float64

    @classmethod
    def drawn(cls, market: Market, draws: Draws) -> Tastes:
        """Tastes under a key. A category's liking is half that of the category above it."""
        likings = []
        for age in ("begin", "later"):
            above = draws.normals(f"above/{age}", len(market.parents))[market.above]
            likings.append((above + draws.normals(f"category/{age}", len(market.categories))) / math.sqrt(2))
        width = market.values.shape[1]
        brand = draws.normals("brand", len(market.brands))
        if market.brands and market.brands[-1] == "\uffff":
            brand[-1] = 0.0
        return cls(
            category=np.stack(likings),
            value=np.stack([draws.normals("value/begin", width), draws.normals("value/later", width)]),
            brand=brand,
            price=(draws.uniform("price") + draws.uniform("price", 1)) / 2,
            own=draws.normals("own", len(market)),
        )

    def categories(self, angle: float) -> Float64:
        """The liking of each category once tastes have turned by an angle, Float64[c]: variance stays what it was.

        liking(θ) = cos θ · begin + sin θ · later
        """
        liking: Float64 = math.cos(angle) * self.category[0] + math.sin(angle) * self.category[1]
        return liking

    def values(self, angle: float) -> Float64:
        """The liking of each attribute value, Float64[v], likewise."""
        liking: Float64 = math.cos(angle) * self.value[0] + math.sin(angle) * self.value[1]
        return liking

    def told(self, setting: Setting, day: float) -> Float64:
        """The part of the utility that a card tells, Float64[m]: category, brand, attributes, price and stars.

        u = w_c · category + w_b · brand + w_a · attributes + w_p · nearness of the price + w_r · stars
        """
        market, weights, angle = setting.market, setting.parameters.taste, setting.angle(day)
        away = (market.place_of_price - self.price) ** 2
        told: Float64 = (
            weights["category"] * self.categories(angle)[market.category]
            + weights["brand"] * self.brand[market.brand]
            + weights["attributes"] * (market.values @ self.values(angle))
            + weights["price"] * (PRICE_MEAN - away) / PRICE_SPREAD
            + weights["rating"] * market.rating
        )
        return told

    def untold(self, setting: Setting) -> Float64:
        """The part that shows on a product's own page, Float64[m]: w_h · appeal + w_o · own."""
        weights = setting.parameters.taste
        untold: Float64 = weights["appeal"] * setting.appeal + weights["personal"] * self.own
        return untold
