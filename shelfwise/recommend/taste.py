"""What a shopper likes, as wishes of a search: results of liked brands and categories come a little earlier."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from shelfwise.behaviour.base import Profile
from shelfwise.retrieval.base import CATEGORY_SEPARATOR, Wish
from shelfwise.types import AnyOf, Contribution, Product

STAGE: Final = "personal"
FIELDS: Final = ("category", "brand")
EACH: Final = 3  # interests of a field that count
SURE: Final = 0.2  # weight of an interest from which it counts


@dataclass(frozen=True, slots=True)
class Taste:
    """A brand or category that the shopper likes; products of it get `weight` on a score of about 0 to 1."""

    field: str
    value: str
    weight: float

    def wish(self) -> Wish:
        """As retrieval takes it."""
        return Wish(AnyOf(self.field, (self.value,)), self.weight)

    def line(self, product: Product) -> Contribution | None:
        """What an explanation says of a product that is so; None for another."""
        path = CATEGORY_SEPARATOR.join(product.category)
        below = path == self.value or path.startswith(self.value + CATEGORY_SEPARATOR)
        fits = product.brand == self.value if self.field == "brand" else below
        return Contribution(STAGE, self.field, self.weight, self.value) if fits else None


Tastes = Callable[[], Sequence[Taste]]


def tastes(profile: Profile, weight: float) -> tuple[Taste, ...]:
    """The first interests of a profile, each with its share of `weight`; nothing of a stranger.

    A product has one brand, and of nested categories only the deepest counts, so that it gets at most `weight`.

    >>> from datetime import UTC, datetime
    >>> liked = {"brand": {"Nova": 0.5}, "category": {"Home": 1.0, "Home > Lamps": 0.8}}
    >>> ann = Profile("ann", datetime(2026, 1, 1, tzinfo=UTC), events=3, interests=liked)
    >>> [(taste.value, taste.weight) for taste in tastes(ann, 0.1)]
    [('Home > Lamps', 0.04), ('Nova', 0.025)]
    """
    return tuple(
        Taste(field, value, round(weight / len(FIELDS) * interest, 6))
        for field in FIELDS
        for value, interest in _first(profile.interests.get(field, {}).items())
    )


def _first(interests: Iterable[tuple[str, float]]) -> list[tuple[str, float]]:
    known = [(value, min(interest, 1.0)) for value, interest in interests if interest >= SURE]
    deepest = [
        (value, interest)
        for value, interest in known
        if not any(other.startswith(value + CATEGORY_SEPARATOR) for other, _ in known)
    ]
    return sorted(deepest, key=lambda pair: -pair[1])[:EACH]
