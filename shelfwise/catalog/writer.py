"""Everything that is written to a catalogue within one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import islice
from typing import Any, NamedTuple, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from shelfwise.catalog import codec
from shelfwise.catalog.base import Offer
from shelfwise.catalog.schema import products, state
from shelfwise.errors import InputError
from shelfwise.types import Product

T = TypeVar("T")
IDS_AT_ONCE = 500
LONGEST_ID = 8192  # characters; an index could not find a product by a much longer one


class Encoded(NamedTuple):
    """A product ready to be written."""

    id: str
    body: bytes
    offer: bytes
    hash: bytes  # of the body


@dataclass(frozen=True, slots=True)
class Written:
    """What a write did: products that are new, that differ from before, that were the same already."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0


def encoded(product: Product) -> Encoded:
    """The product as `Writer.upsert` takes it. Raises InputError for an id or a text that cannot be stored."""
    if not product.id or "\0" in product.id:
        raise InputError(f"product id {product.id!r}: expected a text that is not empty and has no NUL character.")
    if len(product.id) > LONGEST_ID:
        found = f"{product.id[:40]!r}… of {len(product.id):,} characters"
        raise InputError(f"product id {found}: expected at most {LONGEST_ID:,}.")
    body, offer = codec.encode_parts(product)
    return Encoded(product.id, body, offer, blake2b(body, digest_size=16).digest())


def storable(ids: Iterable[str]) -> list[str]:
    """Those ids that a database can hold at all, once each, in order; no others can be in it."""
    return [id for id in dict.fromkeys(ids) if is_storable(id)]


def is_storable(text: str) -> bool:
    """Whether a text column can hold it: no NUL character, no half of a surrogate pair."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in text


def chunks(items: Iterable[T], size: int) -> Iterable[list[T]]:
    """The items in lists of at most `size`."""
    iterator = iter(items)
    while part := list(islice(iterator, size)):
        yield part


class Writer:
    """Writes products on a connection that holds the write lock, and hands out revisions.

    `finish` must be called before the commit; it keeps the revision and the number of products.
    """

    def __init__(self, connection: sa.Connection) -> None:
        self.connection = connection
        row = connection.execute(sa.select(state.c.revision, state.c.count).with_for_update()).one()
        self._revision, self._count = int(row[0]), int(row[1])
        self._start = (self._revision, self._count)

    @property
    def count(self) -> int:
        """How many products there are now."""
        return self._count

    def upsert(self, rows: Sequence[Encoded]) -> Written:
        """Write products that are new or differ. Of several with one id the last counts."""
        last = {row.id: row for row in rows}
        old = self._select(last, products.c.hash, products.c.offer, products.c.deleted)
        texts: list[dict[str, Any]] = []
        offers: list[dict[str, Any]] = []
        added = 0
        for id, row in last.items():
            before = old.get(id)
            if before is None or before.deleted or before.hash != row.hash:
                added += before is None or before.deleted
                revision = self._next()
                texts.append(row._asdict() | {"revision": revision, "text_revision": revision, "deleted": False})
            elif before.offer != row.offer:
                offers.append({"key": id, "offer": row.offer, "revision": self._next()})
        self._write_texts(texts)
        self._write_offers(offers)
        self._count += added
        written = len(texts) + len(offers)
        return Written(added, written - added, len(last) - written)

    def patch(self, offers: Sequence[Offer]) -> tuple[Written, tuple[str, ...]]:
        """Change price, list price, availability and stock; also gives the ids that are not in the catalogue."""
        ids = storable(offer.id for offer in offers)
        found = self._select(ids, products.c.offer, products.c.deleted)
        old = {id: row.offer for id, row in found.items() if not row.deleted}
        new = dict(old)
        for offer in offers:
            if offer.id in new:
                new[offer.id] = codec.patch_offer(new[offer.id], offer)
        changed = [id for id in new if new[id] != old[id]]
        self._write_offers([{"key": id, "offer": new[id], "revision": self._next()} for id in changed])
        missing = tuple(dict.fromkeys(offer.id for offer in offers if offer.id not in old))
        return Written(0, len(changed), len(new) - len(changed)), missing

    def delete(self, ids: Sequence[str]) -> tuple[int, tuple[str, ...]]:
        """Turn products into tombstones; how many there were, and the ids that are not in the catalogue."""
        found = self._select(storable(ids), products.c.deleted)
        gone = [id for id, row in found.items() if not row.deleted]
        rows = []
        for id in gone:
            revision = self._next()
            rows.append({"id": id, "body": b"", "offer": codec.EMPTY_OFFER, "hash": b"", "revision": revision})
            rows[-1] |= {"text_revision": revision, "deleted": True}
        self._write_texts(rows)
        self._count -= len(gone)
        return len(gone), tuple(dict.fromkeys(ids).keys() - set(gone))

    def finish(self) -> None:
        """Keep the counters."""
        if (self._revision, self._count) != self._start:
            self.connection.execute(sa.update(state).values(revision=self._revision, count=self._count))

    def _next(self) -> int:
        self._revision += 1
        return self._revision

    def _select(self, ids: Iterable[str], *columns: sa.Column[Any]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for part in chunks(ids, IDS_AT_ONCE):
            query = sa.select(products.c.id, *columns).where(products.c.id.in_(part))
            found |= {row.id: row for row in self.connection.execute(query)}
        return found

    def _write_texts(self, rows: list[dict[str, Any]]) -> None:
        if rows:
            self.connection.execute(upsert_statement(self.connection, products), rows)

    def _write_offers(self, rows: list[dict[str, Any]]) -> None:
        if rows:
            self.connection.execute(_WRITE_OFFER, rows)


_WRITE_OFFER = (
    sa.update(products)
    .where(products.c.id == sa.bindparam("key"))
    .values(offer=sa.bindparam("offer"), revision=sa.bindparam("revision"))
)


def upsert_statement(connection: sa.Connection, table: sa.Table) -> Any:
    """INSERT … ON CONFLICT (primary key) DO UPDATE of all other columns, in the connection's dialect."""
    make: Any = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    statement = make(table)
    keys = {column.name for column in table.primary_key}
    new = {column.name: statement.excluded[column.name] for column in table.columns if column.name not in keys}
    return statement.on_conflict_do_update(index_elements=sorted(keys), set_=new)
