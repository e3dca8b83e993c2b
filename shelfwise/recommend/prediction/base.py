"""What is predicted of shoppers, and the contract of models of the time to the next purchase."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, Protocol, TypeAlias, get_args

import numpy as np

from shelfwise.recommend.prediction.purchases import Purchases
from shelfwise.types import Float64

Target: TypeAlias = Literal["click", "cart", "purchase", "churn"]
TARGETS: Final[tuple[Target, ...]] = get_args(Target)
DAY: Final = 86_400_000  # milliseconds


@dataclass(frozen=True, slots=True)
class Predictions:
    """What n shoppers are expected to do within `days` after the moment `at` (milliseconds since 1970).

    chances: target → Float64[n]; "click" means any look at a product, "churn" that nothing at all is seen of them.
    due: days to the next purchase, the median if one comes; NaN of those who never bought. categories: the likeliest
    next categories with their chances, up to three a shopper.
    """

    shoppers: tuple[str, ...]
    at: int
    days: float
    chances: Mapping[Target, Float64]
    due: Float64
    categories: tuple[tuple[tuple[str, float], ...], ...]

    def __len__(self) -> int:
        return len(self.shoppers)

    def first(self, target: Target, limit: int) -> list[int]:
        """Places of the shoppers likeliest to do something; for "churn", of those likeliest to come back."""
        chances = self.chances[target] if target != "churn" else 1 - self.chances[target]
        return [int(place) for place in np.argsort(-chances, kind="stable")[:limit]]


class PurchaseTime(Protocol):
    """A model of when shoppers buy again. Histories are of those who bought at least once.

    within: the chance of a purchase within so many days from now. due: the median number of days to it, if it comes.
    fit finds the parameters and gives another model; state and the constructor are each other's inverse.
    """

    name: str

    def fit(self, histories: Purchases) -> PurchaseTime: ...

    def within(self, histories: Purchases, days: Float64 | float) -> Float64: ...

    def due(self, histories: Purchases) -> Float64: ...

    def state(self) -> dict[str, float]: ...
