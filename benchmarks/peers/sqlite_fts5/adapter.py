"""SQLite's full-text index FTS5: BM25 over words, filters and facets in SQL, no vectors."""

from __future__ import annotations

import sqlite3
from array import array
from pathlib import Path
from typing import Any

from benchmarks.peers.serving import FACETED, LEXICAL, TOP, Adapter, Answer, Feed, Query, rolled_up, serve

SCHEMA = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
CREATE TABLE product (row INTEGER PRIMARY KEY, title TEXT, brand TEXT, category TEXT, price REAL);
CREATE VIRTUAL TABLE words USING fts5(title, description, content='', detail=full, tokenize='ascii');
"""
FINISH = """
CREATE INDEX by_brand_price ON product (brand, price);
CREATE INDEX by_price ON product (price);
INSERT INTO words (words) VALUES ('optimize');
ANALYZE;
"""
LEXICAL_SQL = """
SELECT p.row, p.title, p.brand, p.price FROM words JOIN product p ON p.row = words.rowid
WHERE words MATCH ? ORDER BY words.rank LIMIT ?
"""
FACETED_SQL = """
WITH hit AS MATERIALIZED (
    SELECT p.row, p.title, p.brand, p.category, p.price, words.rank AS rank
    FROM words CROSS JOIN product p ON p.row = words.rowid WHERE words MATCH ? AND p.price BETWEEN ? AND ? {brands}
)
SELECT * FROM (SELECT 'hit', row, title, brand, price FROM hit ORDER BY rank LIMIT {top})
UNION ALL SELECT 'brand', count(*), brand, NULL, NULL FROM hit GROUP BY brand
UNION ALL SELECT 'category', count(*), category, NULL, NULL FROM hit GROUP BY category
UNION ALL SELECT 'price', count(*), CAST(price / ? AS INTEGER) * ?, NULL, NULL FROM hit GROUP BY 3
"""


class SqliteFts5(Adapter):
    version = sqlite3.sqlite_version
    setup = "contentless FTS5 over title and description, optimize; indexes on price and brand; mmap 4 GB; ANALYZE"
    tasks = dict.fromkeys((LEXICAL, FACETED), "native")

    def build(self, feed: Feed, into: Path) -> None:
        into.mkdir(parents=True)
        db = sqlite3.connect(into / "shop.db", isolation_level=None)
        db.executescript(SCHEMA)
        db.execute("BEGIN")
        for batch in feed.products():
            db.executemany(
                "INSERT INTO product VALUES (?, ?, ?, ?, ?)",
                [(p["row"], p["title"], p["brand"], p["category"][-1], p["price"]) for p in batch],
            )
            db.executemany(
                "INSERT INTO words (rowid, title, description) VALUES (?, ?, ?)",
                [(p["row"], p["title"], p["description"]) for p in batch],
            )
        db.execute("COMMIT")
        db.executescript(FINISH)
        db.close()

    def open(self, folder: Path) -> None:
        self._db = sqlite3.connect(f"file:{folder / 'shop.db'}?mode=ro", uri=True)
        self._db.execute("PRAGMA mmap_size = 4294967296")
        self._db.execute("PRAGMA cache_size = -262144")
        self._db.execute("PRAGMA temp_store = MEMORY")

    def vector(self, numbers: array[float]) -> Any:
        return None

    def search(self, task: str, query: Query, vector: Any, knob: int) -> Answer:
        match = " OR ".join(f'"{word}"' for word in query.text.split())
        if task == LEXICAL:
            return Answer([row for row, *_ in self._db.execute(LEXICAL_SQL, (match, TOP)).fetchall()])
        marks = ", ".join("?" * len(query.brands))
        sql = FACETED_SQL.format(brands=f"AND p.brand IN ({marks})" if marks else "", top=TOP)
        values = (match, query.low, query.high, *query.brands, query.step, query.step)
        rows, counts = [], {"brand": {}, "category": {}, "price": {}}
        for kind, number, value, *_ in self._db.execute(sql, values):
            if kind == "hit":
                rows.append(number)
            else:
                counts[kind][value if kind != "price" else f"{value:g}"] = number
        counts["category"] = rolled_up(counts["category"])
        return Answer(rows, counts)


if __name__ == "__main__":
    serve(SqliteFts5())
