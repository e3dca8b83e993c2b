"""Products, reviews and imports."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

Key = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
Number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "products",
        sa.Column("id", Key, primary_key=True),
        sa.Column("revision", Number, nullable=False),
        sa.Column("text_revision", Number, nullable=False),
        sa.Column("deleted", sa.Boolean, nullable=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
        sa.Column("offer", sa.LargeBinary, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    op.create_index("ix_products_revision", "products", ["revision"])
    op.create_table(
        "reviews",
        sa.Column("id", Key, primary_key=True),
        sa.Column("product", Key, nullable=False),
        sa.Column("rating", sa.Integer, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("time", sa.Text, nullable=False),
    )
    op.create_index("ix_reviews_product", "reviews", ["product", "time", "id"])
    op.create_table(
        "imports",
        sa.Column("id", Number, primary_key=True, autoincrement=True),
        sa.Column("feed", sa.Text, nullable=False),
        sa.Column("fingerprint", sa.Text, nullable=False),
        sa.Column("mode", sa.Text, nullable=False),
        sa.Column("finished", sa.Boolean, nullable=False),
        sa.Column("row", Number, nullable=False),
        sa.Column("report", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "import_ids",
        sa.Column("run", Number, sa.ForeignKey("imports.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("id", Key, primary_key=True),
        sqlite_with_rowid=False,
    )
    state = op.create_table(
        "catalog_state",
        sa.Column("one", sa.Integer, primary_key=True),
        sa.Column("revision", Number, nullable=False),
        sa.Column("count", Number, nullable=False),
    )
    op.bulk_insert(state, [{"one": 1, "revision": 0, "count": 0}])
