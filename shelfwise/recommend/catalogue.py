"""The catalogue as columns, kept current: a `CatalogTable` whose rows stay where they are while products change."""

from __future__ import annotations

import math
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from shelfwise.recommend.base import CatalogTable
from shelfwise.recommend.generators.kept import keep, kept
from shelfwise.retrieval.base import CATEGORY_SEPARATOR
from shelfwise.types import Float32, Money, Product

ADULT: Final = "adult"  # the attribute (yes) or the tag that says a product is for adults only
KEPT: Final = 5_000  # products held in memory
VectorOf = Callable[[str], Float32 | None]


def is_adult(product: Product) -> bool:
    """Whether a product says that it is for adults only.

    >>> is_adult(Product("1", "wine", tags=("Adult",)))
    True
    """
    marked = product.attributes.get(ADULT)
    return (marked is not None and marked.value is True) or any(tag.lower() == ADULT for tag in product.tags)


def table_of(products: Iterable[Product], vector_of: VectorOf = lambda id: None) -> CatalogTable:
    """The table of products, in their order."""
    live = LiveCatalog()
    live.put([(product, vector_of(product.id)) for product in products])
    return live.table


class KeptProducts:
    """Products as the catalogue has them, the ones asked for last kept in memory. Threads may share it.

    fetch: gives those of some ids that there are. `drop` says that products have changed.
    """

    def __init__(self, fetch: Callable[[Sequence[str]], Sequence[Product]], most: int = KEPT) -> None:
        self._fetch, self._most = fetch, most
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, Product] = OrderedDict()
        self._drops = 0

    def get(self, ids: Sequence[str]) -> list[Product]:
        """The products of those ids, in the order asked; unknown ids are left out."""
        with self._lock:
            found = {id: self._kept[id] for id in ids if id in self._kept}
            for id in found:
                self._kept.move_to_end(id)
            drops = self._drops
        missing = [id for id in ids if id not in found]
        if missing:
            fresh = {product.id: product for product in self._fetch(missing)}
            found |= fresh
            with self._lock:
                if drops == self._drops:  # else what was fetched may be of before the change
                    self._kept |= fresh
                while len(self._kept) > self._most:
                    self._kept.popitem(last=False)
        return [found[id] for id in ids if id in found]

    def drop(self, ids: Iterable[str]) -> None:
        """Forget products that have changed."""
        with self._lock:
            self._drops += 1
            for id in ids:
                self._kept.pop(id, None)


class LiveCatalog:
    """Products as columns. `put` and `remove` make a new `table`; tables given out before stay as they were.

    A removed product keeps its row and is not available; rows are never moved, so that what was worked out for a table
    holds for the next. One thread writes, any number read. Vectors of changed products are written in place: a reader
    may see the new one early.
    """

    def __init__(self) -> None:
        self._ids: list[str] = []
        self._titles: list[str] = []
        self._rows: dict[str, int] = {}
        self._gone: set[str] = set()
        self._categories: dict[str, int] = {}
        self._brands: dict[str, int] = {}
        self._columns = {name: np.zeros(0, kind) for name, kind in _KINDS.items()}
        self._vectors: Float32 | None = None
        self.table = self._frozen()

    def row(self, id: str) -> int | None:
        """The row of a product in the newest table; None for one that is unknown or gone."""
        return None if id in self._gone else self._rows.get(id)

    def rows(self, ids: Sequence[str], table: CatalogTable) -> tuple[list[int], list[int]]:
        """Which of the ids a table knows: their places among `ids`, and their rows."""
        known, n = self._rows, len(table)
        found = [(place, row) for place, id in enumerate(ids) if (row := known.get(id, n)) < n]
        return [place for place, _ in found], [row for _, row in found]

    def categories(self) -> dict[str, int]:
        """Category path → its place in `table.categories`."""
        return self._categories

    def put(self, products: Sequence[tuple[Product, Float32 | None]]) -> None:
        """Add or replace products, each with its vector if it has one."""
        old, new = [], []
        for product, vector in products:
            row = self._rows.setdefault(product.id, len(self._ids))
            self._gone.discard(product.id)
            if row == len(self._ids):
                self._ids.append(product.id)
                self._titles.append(product.title)
                new.append((row, product, vector))
            else:
                self._titles[row] = product.title
                old.append((row, product, vector))
        size = len(self._ids)
        self._columns = {name: _copied(column, size) for name, column in self._columns.items()}
        for row, product, vector in (*old, *new):
            for name, value in self._facts(product).items():
                self._columns[name][row] = value
            self._set_vector(row, vector)
        self.table = self._frozen()

    def remove(self, ids: Iterable[str]) -> None:
        """Products that are gone; unknown ids are passed over."""
        available = self._columns["available"].copy()
        for id in ids:
            if id in self._rows:
                available[self._rows[id]] = False
                self._gone.add(id)
        self._columns["available"] = available
        self.table = self._frozen()

    def save(self, folder: Path) -> None:
        """Keep the columns; vectors stay where they came from."""
        lists = {"ids": self._ids, "titles": self._titles, "gone": sorted(self._gone)}
        names = {"categories": [*self._categories], "brands": [*self._brands]}
        keep(folder, self._columns, lists | names)

    @classmethod
    def load(cls, folder: Path, vector_of: VectorOf = lambda id: None) -> LiveCatalog:
        """Read what was kept. Raises StorageError."""
        columns, rest = kept(folder, *_KINDS)
        live = cls()
        live._ids, live._titles, live._gone = rest["ids"], rest["titles"], set(rest["gone"])
        live._rows = {id: row for row, id in enumerate(live._ids)}
        live._categories = {path: code for code, path in enumerate(rest["categories"])}
        live._brands = {brand: code for code, brand in enumerate(rest["brands"])}
        live._columns = {name: np.array(column) for name, column in columns.items()}
        for row, id in enumerate(live._ids):
            live._set_vector(row, vector_of(id))
        live.table = live._frozen()
        return live

    def _facts(self, product: Product) -> dict[str, Any]:
        path = CATEGORY_SEPARATOR.join(product.category)
        rating = product.rating
        return {
            "category": self._categories.setdefault(path, len(self._categories)) if path else -1,
            "brand": self._brands.setdefault(product.brand, len(self._brands)) if product.brand else -1,
            "price": _amount(product.price),
            "list_price": _amount(product.list_price),
            "available": product.available and product.stock != 0,
            "adult": is_adult(product),
            "released": 0 if product.released is None else round(product.released.timestamp() * 1000),
            "rating": math.nan if rating is None else rating.average,
            "ratings": 0 if rating is None else min(rating.count, 2**31 - 1),
        }

    def _set_vector(self, row: int, vector: Float32 | None) -> None:
        kept = self._vectors
        if kept is None:
            if vector is None:
                return
            kept = np.zeros((0, len(vector)), np.float32)
        if len(kept) <= row:
            room = np.zeros((max(len(self._ids), row + 1 + row // 8), kept.shape[1]), np.float32)
            room[: len(kept)] = kept
            kept = room
        kept[row] = 0 if vector is None or len(vector) != kept.shape[1] else vector  # of another encoder: none
        self._vectors = kept

    def _frozen(self) -> CatalogTable:
        n = len(self._ids)
        return CatalogTable(
            ids=tuple(self._ids),
            categories=tuple(self._categories),
            brands=tuple(self._brands),
            titles=tuple(self._titles),
            vectors=None if self._vectors is None else self._vectors[:n],
            **self._columns,
        )


_KINDS: Final[dict[str, Any]] = {
    "category": np.int32,
    "brand": np.int32,
    "price": np.float32,
    "list_price": np.float32,
    "available": np.bool_,
    "adult": np.bool_,
    "released": np.int64,
    "rating": np.float32,
    "ratings": np.int32,
}


def _copied(column: Any, size: int) -> Any:
    copy = np.zeros(size, column.dtype)
    copy[: len(column)] = column
    return copy


def _amount(money: Money | None) -> float:
    return math.nan if money is None else float(money.amount)
