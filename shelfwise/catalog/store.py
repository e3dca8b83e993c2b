"""The catalogue in a SQL database: SQLite in the shop's folder, or PostgreSQL."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Literal

import sqlalchemy as sa

from shelfwise.catalog import codec, schema
from shelfwise.catalog.base import Offer, ProductChange
from shelfwise.catalog.writer import IDS_AT_ONCE, Writer, chunks, encoded, is_storable, storable, upsert_statement
from shelfwise.database.engine import WAIT_SECONDS, connect, damage, reading, writing
from shelfwise.errors import InputError
from shelfwise.types import Product, Review

PAGE = 256  # rows held in memory by a read that goes through the whole catalogue
REVIEWS_AT_ONCE = 1000


class SqlCatalogStore:
    """A `CatalogStore`; several processes may use one database at the same time, and threads one store.

    A write returns when it is on disk. Reads over the whole catalogue fetch page by page, so they hold little memory
    and block no writer; they see what other processes commit meanwhile. Every method raises StorageError when the
    database refuses (disk full, locked for too long, connection lost).

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder, SqlCatalogStore.open(f"{folder}/shop.db") as store:
    ...     store.upsert([Product("a", "Red boots")]), store.upsert([Product("a", "Red boots")]), store.revision()
    (1, 0, 1)
    """

    def __init__(self, engine: sa.Engine) -> None:
        self.engine = engine

    @classmethod
    def open(cls, place: str | Path, wait_seconds: float = WAIT_SECONDS) -> SqlCatalogStore:
        """The store in a SQLite file or at a PostgreSQL URL; made when it is not there, upgraded when it is old.

        Raises ShopError when it cannot be opened or comes from a newer Shelfwise.
        """
        return cls(connect(place, schema.TABLES, wait_seconds))

    # --- writes ----------------------------------------------------------------------------------------------

    @contextmanager
    def transaction(self) -> Iterator[Writer]:
        """Several writes as one: all of them are durable when the block ends, none if it raises."""
        with writing(self.engine) as connection:
            writer = Writer(connection)
            yield writer
            writer.finish()

    def upsert(self, products: Sequence[Product]) -> int:
        """Add or replace products; how many are new or differ from what was there.

        Raises InputError for a product that cannot be stored; then none of them is.
        """
        rows = [encoded(product) for product in products]
        with self.transaction() as writer:
            written = writer.upsert(rows)
        return written.added + written.changed

    def patch(self, offers: Sequence[Offer]) -> tuple[int, tuple[str, ...]]:
        """Change prices and stock; how many products the offers were for, and the ids that are not here."""
        with self.transaction() as writer:
            written, missing = writer.patch(offers)
        return written.changed + written.unchanged, missing

    def delete(self, ids: Sequence[str]) -> int:
        """Remove products; how many were there. Their reviews stay."""
        with self.transaction() as writer:
            return writer.delete(ids)[0]

    def add_reviews(self, reviews: Iterable[Review]) -> int:
        """Add or replace reviews by id; how many were given. A thousand at a time, each thousand in one transaction."""
        total = 0
        for part in chunks(reviews, REVIEWS_AT_ONCE):
            rows = list({review.id: _review_row(review) for review in part}.values())
            with writing(self.engine) as connection:
                connection.execute(upsert_statement(connection, schema.reviews), rows)
            total += len(part)
        return total

    # --- reads -----------------------------------------------------------------------------------------------

    def get(self, ids: Sequence[str]) -> list[Product]:
        """The products of those ids, in the order asked; unknown ids are left out."""
        found: dict[str, Product] = {}
        for part in chunks(storable(ids), PAGE):
            with reading(self.engine) as connection:
                rows = connection.execute(_PRODUCTS.where(schema.products.c.id.in_(part))).all()
            found |= {row.id: _product(row) for row in rows}
        return [found[id] for id in ids if id in found]

    def known(self, ids: Collection[str]) -> set[str]:
        """Those of the ids that there are products of."""
        found: set[str] = set()
        for part in chunks(storable(ids), IDS_AT_ONCE):
            query = sa.select(schema.products.c.id).where(schema.products.c.id.in_(part))
            with reading(self.engine) as connection:
                found.update(connection.execute(query.where(schema.products.c.deleted.is_(False))).scalars())
        return found

    def products(self, after: str = "") -> Iterator[Product]:
        """All products with an id greater than `after`, in order of id (by code point)."""
        while True:
            with reading(self.engine) as connection:
                rows = connection.execute(_PAGE_BY_ID, {"after": after}).all()
            for row in rows:
                yield _product(row)
            if len(rows) < PAGE:
                return
            after = rows[-1].id

    def count(self) -> int:
        """How many products there are."""
        return self._state(schema.state.c.count)

    def revision(self) -> int:
        """The number of the last change; 0 before the first."""
        return self._state(schema.state.c.revision)

    def changes(self, since: int) -> Iterator[ProductChange]:
        """What differs from revision `since` up to the revision at the time of the call, in order of revision.

        Each product comes once, with its last state. Kind "offer" promises that its text has not changed since
        `since`, however many changes there were.
        """
        until, after = self.revision(), since
        while after < until:
            with reading(self.engine) as connection:
                rows = connection.execute(_PAGE_BY_REVISION, {"after": after, "until": until}).all()
            for row in rows:
                yield _change(row, since)
            if len(rows) < PAGE:
                return
            after = rows[-1].revision

    def reviews(self, product: str, limit: int = 20, offset: int = 0) -> list[Review]:
        """Reviews of a product, the newest first; those without a time come last."""
        if not storable([product]):
            return []
        query = (
            sa.select(schema.reviews)
            .where(schema.reviews.c.product == product)
            .order_by(schema.reviews.c.time.desc(), schema.reviews.c.id.desc())
            .limit(limit)
            .offset(offset)
        )
        with reading(self.engine) as connection:
            return [_review(row) for row in connection.execute(query)]

    def damage(self) -> tuple[str, ...]:
        """What is wrong with the database's file, read from end to end; nothing where a server keeps it."""
        return damage(self.engine)

    # --- its life --------------------------------------------------------------------------------------------

    def close(self) -> None:
        """Give the connections back; the store cannot be used afterwards."""
        self.engine.dispose()

    def __enter__(self) -> SqlCatalogStore:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _state(self, column: sa.Column[Any]) -> int:
        with reading(self.engine) as connection:
            return int(connection.execute(sa.select(column)).scalar_one())


_PRODUCTS = sa.select(schema.products.c.id, schema.products.c.body, schema.products.c.offer).where(
    schema.products.c.deleted.is_(False)
)
_PAGE_BY_ID = _PRODUCTS.where(schema.products.c.id > sa.bindparam("after")).order_by(schema.products.c.id).limit(PAGE)
_PAGE_BY_REVISION = (
    sa.select(schema.products)
    .where(schema.products.c.revision > sa.bindparam("after"), schema.products.c.revision <= sa.bindparam("until"))
    .order_by(schema.products.c.revision)
    .limit(PAGE)
)


def _product(row: Any) -> Product:
    return codec.decode(codec.join(row.body, row.offer))


def _change(row: Any, since: int) -> ProductChange:
    if row.deleted:
        return ProductChange(row.revision, "delete", row.id, None)
    kind: Literal["upsert", "offer"] = "upsert" if row.text_revision > since else "offer"
    return ProductChange(row.revision, kind, row.id, _product(row))


def _review_row(review: Review) -> dict[str, Any]:
    texts = {field: getattr(review, field) for field in ("id", "product", "text", "language", "author")}
    for field, value in texts.items():
        if not is_storable(value):
            raise InputError(
                f"review {review.id!r}: {field} has a character that cannot be stored; found {value[:60]!r}."
            )
    return texts | {"rating": review.rating} | {"time": "" if review.time is None else review.time.isoformat()}


def _review(row: Any) -> Review:
    values = row._asdict()
    time = values.pop("time")
    return Review(**values, time=datetime.fromisoformat(time) if time else None)
