"""The catalogue's tables, as the newest migration leaves them.

products: one row a product ever seen; a deleted one stays as a tombstone with an empty body. `revision` is the number
of the product's last change, `text_revision` that of the last change to anything but its offer.
catalog_state: one row. Whoever writes locks it first, so revisions are handed out in the order of commits, and who
has seen revision r has seen everything before it.
"""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from shelfwise.database.tables import Tables

TABLES = Tables("catalogue", Path(__file__).parent / "migrations", head="0001", version_table="catalog_version")
metadata = sa.MetaData()

# PostgreSQL would otherwise sort by the rules of a human language; ids sort by code point everywhere.
Key = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
Number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

products = sa.Table(
    "products",
    metadata,
    sa.Column("id", Key, primary_key=True),
    sa.Column("revision", Number, nullable=False, index=True),
    sa.Column("text_revision", Number, nullable=False),
    sa.Column("deleted", sa.Boolean, nullable=False),
    sa.Column("hash", sa.LargeBinary, nullable=False),
    sa.Column("offer", sa.LargeBinary, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
)

reviews = sa.Table(
    "reviews",
    metadata,
    sa.Column("id", Key, primary_key=True),
    sa.Column("product", Key, nullable=False),
    sa.Column("rating", sa.Integer, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("language", sa.Text, nullable=False),
    sa.Column("author", sa.Text, nullable=False),
    sa.Column("time", sa.Text, nullable=False),  # ISO 8601; empty when unknown
    sa.Index("ix_reviews_product", "product", "time", "id"),
)

imports = sa.Table(
    "imports",
    metadata,
    sa.Column("id", Number, primary_key=True, autoincrement=True),
    sa.Column("feed", sa.Text, nullable=False),
    sa.Column("fingerprint", sa.Text, nullable=False),
    sa.Column("mode", sa.Text, nullable=False),
    sa.Column("finished", sa.Boolean, nullable=False),
    sa.Column("row", Number, nullable=False),  # the last row that is dealt with; reading goes on after it
    sa.Column("report", sa.LargeBinary, nullable=False),  # JSON: counts so far, or the whole report when finished
)

import_ids = sa.Table(
    "import_ids",
    metadata,
    sa.Column("run", Number, sa.ForeignKey("imports.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("id", Key, primary_key=True),
    sqlite_with_rowid=False,
)

state = sa.Table(
    "catalog_state",
    metadata,
    sa.Column("one", sa.Integer, primary_key=True),
    sa.Column("revision", Number, nullable=False),
    sa.Column("count", Number, nullable=False),
)
