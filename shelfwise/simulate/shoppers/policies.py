"""What a shop shows on each page, under a policy: how its pages ask for recommendations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias, get_args

from shelfwise.simulate.shoppers.base import Answer, Ask, Door
from shelfwise.types import Locale

Policy: TypeAlias = Literal["popular", "anonymous", "personal"]
POLICIES: Final[tuple[Policy, ...]] = get_args(Policy)


@dataclass(frozen=True, slots=True)
class Pages:
    """The pages of a shop under a policy.

    popular: everybody gets the rows that strangers get on the home page, wherever rows are. anonymous: the shop as it
    is, except that it is never told who asks; product pages have rows of their own. personal: the shop as it is.
    shown: products in a row.
    """

    door: Door
    policy: Policy
    shown: int
    results: int

    def home(self, shopper: str) -> Answer:
        """The home page."""
        return self.door.recommend(Ask("home", self._who(shopper), limit=self.shown))

    def product(self, shopper: str, product: str) -> Answer:
        """The rows of a product's page."""
        return self._rows("product", shopper, (product,))

    def cart(self, shopper: str, products: Sequence[str]) -> Answer:
        """The rows of the cart's page."""
        return self._rows("cart", shopper, tuple(products))

    def found(self, shopper: str, text: str, locale: Locale) -> tuple[Answer, str]:
        """A page of results and its placement; where nothing is found, the rows of that page."""
        answer = self.door.search(text, self._who(shopper), locale, self.results)
        if any(shelf.ids for shelf in answer.shelves):
            return answer, "search"
        if self.policy == "popular":
            return self.home(shopper), "zero_results"
        ask = Ask("zero_results", self._who(shopper), query=text, limit=self.shown)
        return self.door.recommend(ask), "zero_results"

    def _rows(self, placement: str, shopper: str, seeds: tuple[str, ...]) -> Answer:
        if self.policy == "popular":
            return self.door.recommend(Ask("home", exclude=seeds, limit=self.shown))
        return self.door.recommend(Ask(placement, self._who(shopper), seeds, limit=self.shown))

    def _who(self, shopper: str) -> str | None:
        return shopper if self.policy == "personal" else None
