"""Facts of products out of the catalogue and the index in service, kept in memory for those asked last."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final, Protocol

from shelfwise.behaviour.profiles.base import Facts
from shelfwise.behaviour.profiles.prices import PriceBands
from shelfwise.catalog.base import CatalogStore
from shelfwise.types import Attribute, Float32, Product

ATTRIBUTE: Final = "attributes."
KEEP: Final = 20_000  # products
REPLAYED: Final = 1_000  # changes of the catalogue that are looked at one by one
ATTRIBUTES: Final = 20  # of a product
LONGEST: Final = 60  # characters of a value: what is longer is a description


class HasVectors(Protocol):
    """The vectors of an open index."""

    def vector(self, id: str) -> Float32 | None: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class IndexFacts:
    """What facts take from the index in service."""

    reader: HasVectors
    bands: PriceBands


class CatalogFacts:
    """`ProductFacts` of a shop. Threads may share it.

    store: the catalogue. index: what is in service now, None before the first index.
    """

    def __init__(self, store: CatalogStore, index: Callable[[], IndexFacts | None], keep: int = KEEP) -> None:
        self._store, self._index, self._keep = store, index, keep
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, Facts | None] = OrderedDict()  # None: no such product
        self._served: IndexFacts | None = None
        self._state = 0
        self._revision = -1

    def of(self, ids: Sequence[str]) -> Mapping[str, Facts]:
        """Facts by id; unknown ids are left out."""
        index = self._served_now()
        self._catch_up()
        with self._lock:
            known = {id: self._kept[id] for id in ids if id in self._kept}
            state = self._state, self._revision
        missing = list(dict.fromkeys(id for id in ids if id not in known))
        if missing:
            fresh: dict[str, Facts | None] = dict.fromkeys(missing)
            fresh |= {product.id: _facts(product, index) for product in self._store.get(missing)}
            self._keep_all(fresh, state)
            known |= fresh
        return {id: facts for id, facts in known.items() if facts is not None}

    def state(self) -> Hashable:
        """Another number after every switch of the index."""
        self._served_now()
        return self._state

    def _served_now(self) -> IndexFacts | None:
        """The index in service; what was kept of another one is let go."""
        index = self._index()
        with self._lock:
            if index is not self._served:
                self._served = index
                self._state += 1
                self._kept.clear()
        return index

    def _catch_up(self) -> None:
        """Lets go of products that changed."""
        revision = self._store.revision()
        with self._lock:
            if revision != self._revision:
                if self._kept:
                    self._let_go()
                self._revision = revision

    def _let_go(self) -> None:
        changes = list(islice(self._store.changes(self._revision), REPLAYED))
        if len(changes) == REPLAYED:
            self._kept.clear()
        for change in changes:
            self._kept.pop(change.id, None)

    def _keep_all(self, fresh: Mapping[str, Facts | None], state: tuple[int, int]) -> None:
        with self._lock:
            if state != (self._state, self._revision):
                return  # read from what is no longer in service
            self._kept.update(fresh)
            while len(self._kept) > self._keep:
                self._kept.popitem(last=False)


def _facts(product: Product, index: IndexFacts | None) -> Facts:
    return facts_of(product) if index is None else facts_of(product, index.bands, index.reader.vector(product.id))


def facts_of(product: Product, bands: PriceBands | None = None, vector: Float32 | None = None) -> Facts:
    """The facts of a product.

    >>> facts_of(Product("1", "Boots", brand="Nova", attributes={"color": Attribute("black")})).attributes
    {'attributes.color': ('black',)}
    """
    price = None if product.price is None else float(product.price.amount)
    values = {
        f"{ATTRIBUTE}{key}": _texts(attribute) for key, attribute in islice(product.attributes.items(), ATTRIBUTES)
    }
    return Facts(
        category=product.category,
        brand=product.brand,
        band=bands.band(product.category, price) if bands else None,
        attributes={key: texts for key, texts in values.items() if texts},
        vector=vector,
    )


def _texts(attribute: Attribute) -> tuple[str, ...]:
    """Texts and yes; numbers are measures, and no (what a product is not) is no taste."""
    value = attribute.value
    if isinstance(value, bool):
        return ("true",) if value else ()
    if isinstance(value, float | int):
        return ()
    texts = (value,) if isinstance(value, str) else value
    return tuple(text for text in texts if text and len(text) <= LONGEST)
