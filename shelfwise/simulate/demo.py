"""The demo shop as a merchant would have it: a feed, reviews, pictures and the files that go with a shop."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import orjson

from shelfwise.simulate.feed import demo_mapping, feed_row
from shelfwise.simulate.judgments import demo_judgments
from shelfwise.simulate.labels import demo_labels
from shelfwise.simulate.pictures import demo_pictures
from shelfwise.simulate.products import REFERENCE, demo_products
from shelfwise.simulate.queries import demo_queries
from shelfwise.simulate.reviews import demo_reviews
from shelfwise.simulate.synonyms import demo_synonyms
from shelfwise.types import Review


@dataclass(frozen=True, slots=True)
class DemoFiles:
    """Where `write_demo` put things. `queries` are past queries, `judgments` graded ones."""

    products: Path
    mapping: Path
    reviews: Path
    queries: Path
    judgments: Path
    pictures: Path
    labels: Path
    synonyms: Path


def write_demo(
    feed: Path, shop: Path | None = None, seed: int = 7, count: int = 3200, reference: datetime = REFERENCE
) -> DemoFiles:
    """Writes the demo shop's files and says where they are. The same arguments give the same bytes.

    Into `feed`: products.jsonl.gz with mapping.toml, reviews.jsonl.gz, past_queries.csv (query,count) and
    judgments.csv (query,docid,rating). Into `shop` (or `feed`, without one): what a shop's folder holds beside its
    settings, which are pictures/<product>.svg, labels.toml and synonyms.txt; write them before the shop is opened.
    """
    shop = shop or feed
    made = DemoFiles(
        products=feed / "products.jsonl.gz",
        mapping=feed / "mapping.toml",
        reviews=feed / "reviews.jsonl.gz",
        queries=feed / "past_queries.csv",
        judgments=feed / "judgments.csv",
        pictures=shop / "pictures",
        labels=shop / "labels.toml",
        synonyms=shop / "synonyms.txt",
    )
    feed.mkdir(parents=True, exist_ok=True)
    made.pictures.mkdir(parents=True, exist_ok=True)
    products = tuple(demo_products(seed, count, reference))
    _write_lines(made.products, (orjson.dumps(feed_row(product)) for product in products))
    _write_lines(made.reviews, map(_review, demo_reviews(seed, count, reference)))
    _write_text(made.mapping, demo_mapping().to_toml())
    _write_text(made.labels, demo_labels(seed, count, reference))
    _write_text(made.synonyms, demo_synonyms())
    _write_text(made.queries, _table(("query", "count"), demo_queries(seed)))
    grades = ((j.query, id, grade) for j in demo_judgments(products) for id, grade in j.grades.items())
    _write_text(made.judgments, _table(("query", "docid", "rating"), grades))
    for product in products:
        _write_text(made.pictures / f"{product.id}.svg", demo_pictures(product))
    return made


def _write_lines(path: Path, lines: Iterable[bytes]) -> None:
    with path.open("wb") as raw, gzip.GzipFile("", "wb", compresslevel=6, fileobj=raw, mtime=0) as file:
        for line in lines:
            file.write(line + b"\n")


def _review(review: Review) -> bytes:
    return orjson.dumps(
        {
            "id": review.id,
            "product": review.product,
            "rating": review.rating,
            "text": review.text,
            "language": review.language,
            "author": review.author,
            "time": review.time.isoformat() if review.time else None,
        }
    )


def _write_text(path: Path, text: str) -> None:
    path.write_text(text, "utf-8", newline="\n")


def _table(header: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows([header, *rows])
    return text.getvalue()
