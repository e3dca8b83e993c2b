"""The way into a shop over its public HTTP API, at any address."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import quote

import httpx
import orjson

from shelfwise.catalog.codec import decode
from shelfwise.errors import ShopError
from shelfwise.simulate.shoppers.base import Answer, Ask, Shelf
from shelfwise.types import Event, Locale, Product

TRIES: Final = 6  # while the shop is busy (429, 503) or slow (504)
PAUSE: Final = 0.2  # seconds before the second try, twice as long before each after it
SECONDS: Final = 90.0  # that an answer may take
BATCH: Final = 500  # events of one request
AS_JSON: Final = {"content-type": "application/json"}
LISTED: Final = 100  # products of one request


class HttpDoor:
    """A Door: /v1/search, /v1/recommend, /v1/products/{id} and /v1/events of a server.

    Raises ShopError when the server does not answer, or refuses what was asked. pause: time.sleep.
    """

    def __init__(self, address: str, pause: Callable[[float], None] = time.sleep) -> None:
        self._client = httpx.Client(base_url=address, timeout=SECONDS, headers={"accept-encoding": "identity"})
        self._pause = pause
        self.requests = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def search(self, text: str, shopper: str | None, locale: Locale, limit: int) -> Answer:
        """The first page of results."""
        asked: dict[str, Any] = {"q": text, "locale": locale, "limit": limit}
        found = self._get("/v1/search", asked | ({"shopper": shopper} if shopper else {}))
        return Answer(found["query_id"], (_shelf("", found["items"]),))

    def recommend(self, ask: Ask) -> Answer:
        """The rows of a placement."""
        asked: dict[str, Any] = {"placement": ask.placement, "limit": ask.limit, "seed": list(ask.seeds)}
        asked |= {"exclude": list(ask.exclude)} if ask.exclude else {}
        asked |= {"q": ask.query} if ask.query else {}
        asked |= {"shopper": ask.shopper} if ask.shopper else {}
        found = self._get("/v1/recommend", asked)
        return Answer(found["query_id"], tuple(_shelf(row["key"], row["items"]) for row in found["rows"]))

    def opened(self, product: str) -> None:
        """Reads the product, as its page does."""
        self._get(f"/v1/products/{quote(product, safe='')}", {})

    def record(self, events: Sequence[Event]) -> int:
        """Record them; how many are durable now. Raises ShopError when one is refused."""
        accepted = 0
        for start in range(0, len(events), BATCH):
            body = orjson.dumps({"events": [_written(event) for event in events[start : start + BATCH]]})
            receipt = self._asked(partial(self._client.post, "/v1/events", content=body, headers=AS_JSON))
            if receipt["refused"]:
                first = receipt["refused"][0]
                raise ShopError(f"The shop refused an event: {first['field']}: {first['message']}.")
            accepted += receipt["accepted"]
        return accepted

    def products(self) -> Iterator[Product]:
        """The whole catalogue."""
        offset = 0
        while True:
            found = self._get("/v1/products", {"offset": offset, "limit": LISTED})
            for product in found["products"]:
                yield decode(orjson.dumps(product))
            offset += len(found["products"])
            if not found["products"] or offset >= found["total"]:
                return

    def _get(self, path: str, asked: dict[str, Any]) -> Any:
        return self._asked(partial(self._client.get, path, params=asked))

    def _asked(self, ask: Callable[[], httpx.Response]) -> Any:
        """The answer, asked again while the shop is busy."""
        for attempt in range(TRIES):
            self.requests += 1
            try:
                answer = ask()
            except httpx.HTTPError as error:
                raise ShopError(f"{self._client.base_url}: the shop did not answer: {error}.") from error
            if answer.status_code < 400:
                return orjson.loads(answer.content)
            if answer.status_code not in (429, 503, 504) or attempt == TRIES - 1:
                break
            self._pause(PAUSE * 2**attempt)
        raise ShopError(f"{answer.request.url.path}: the shop answered {answer.status_code}: {answer.text[:300]}")


def _shelf(key: str, items: Sequence[Any]) -> Shelf:
    return Shelf(key, tuple(item["product"]["id"] for item in items))


def _written(event: Event) -> dict[str, Any]:
    """An event as the API reads it, without what it does not say."""
    said: dict[str, Any] = {"id": event.id, "kind": event.kind, "shopper": event.shopper}
    said["time"] = event.time.isoformat()
    for name in ("product", "query_id", "position", "value", "text", "placement", "device"):
        if getattr(event, name) is not None:
            said[name] = getattr(event, name)
    return (
        said
        | ({"slate": event.slate} if event.slate else {})
        | ({"properties": dict(event.properties)} if event.properties else {})
    )
