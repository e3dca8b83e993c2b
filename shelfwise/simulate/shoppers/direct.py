"""The way into a shop that is open in this process."""

from __future__ import annotations

from collections.abc import Sequence

from shelfwise.behaviour.base import Receipt
from shelfwise.errors import ShopError
from shelfwise.shop import Shop
from shelfwise.simulate.shoppers.base import Answer, Ask, Shelf
from shelfwise.types import Event, Locale, Page, Query


class ShopDoor:
    """A Door: calls of a `Shop`, without HTTP between."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop

    def search(self, text: str, shopper: str | None, locale: Locale, limit: int) -> Answer:
        """The first page of results."""
        query = Query(text, shopper=shopper, locale=locale, page=Page(0, limit))
        found = self._shop.search(query)
        return Answer(found.query_id, (Shelf("", tuple(product.id for product in found.products)),))

    def recommend(self, ask: Ask) -> Answer:
        """The rows of a placement."""
        found = self._shop.recommend(
            ask.shopper, ask.placement, seeds=ask.seeds, query=ask.query, exclude=ask.exclude, limit=ask.limit
        )
        rows = (Shelf(row.key, tuple(item.product.id for item in row.items)) for row in found.rows)
        return Answer(found.query_id, tuple(rows))

    def opened(self, product: str) -> None:
        """Reads the product, as its page does."""
        self._shop.product(product)

    def record(self, events: Sequence[Event]) -> int:
        """Record them; how many are durable now. Raises ShopError when one is refused."""
        return taken(self._shop.record(events))


def taken(receipt: Receipt) -> int:
    """How many events were taken. Raises ShopError when one was refused."""
    if receipt.refused:
        first = receipt.refused[0]
        raise ShopError(f"The shop refused an event: {first.field}: {first.message}.")
    return receipt.accepted
