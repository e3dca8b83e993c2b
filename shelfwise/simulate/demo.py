"""The demo shop as a merchant would have it: a feed, reviews, pictures and the files that go with a shop."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import orjson

from shelfwise.catalog.codec import encode
from shelfwise.simulate.judgments import demo_judgments
from shelfwise.simulate.labels import demo_labels
from shelfwise.simulate.pictures import demo_pictures
from shelfwise.simulate.products import REFERENCE, demo_products
from shelfwise.simulate.queries import demo_queries
from shelfwise.simulate.reviews import demo_reviews
from shelfwise.simulate.synonyms import demo_synonyms
from shelfwise.types import Product, Review


@dataclass(frozen=True, slots=True)
class DemoFiles:
    """Where `write_demo` put things. `queries` are past queries, `judgments` graded ones."""

    products: Path
    reviews: Path
    pictures: Path
    labels: Path
    synonyms: Path
    queries: Path
    judgments: Path


def write_demo(folder: Path, seed: int = 7, count: int = 3200, reference: datetime = REFERENCE) -> DemoFiles:
    """Writes the demo shop's files into `folder` and says where they are. The same arguments give the same bytes.

    products.jsonl.gz (one encoded product a line), reviews.jsonl.gz, pictures/<product>.svg, labels.toml,
    synonyms.txt, past_queries.csv (query,language,count), judgments.csv (query,docid,rating).
    """
    made = DemoFiles(
        products=folder / "products.jsonl.gz",
        reviews=folder / "reviews.jsonl.gz",
        pictures=folder / "pictures",
        labels=folder / "labels.toml",
        synonyms=folder / "synonyms.txt",
        queries=folder / "past_queries.csv",
        judgments=folder / "judgments.csv",
    )
    made.pictures.mkdir(parents=True, exist_ok=True)
    products = tuple(demo_products(seed, count, reference))
    _write_lines(made.products, (encode(product) for product in products))
    _write_lines(made.reviews, map(_review, demo_reviews(seed, count, reference)))
    _write_pictures(made.pictures, products)
    made.labels.write_text(demo_labels(seed, count, reference), "utf-8", newline="\n")
    made.synonyms.write_text(demo_synonyms(), "utf-8", newline="\n")
    past = ((query.text, query.language, query.count) for query in demo_queries(seed))
    _write_table(made.queries, ("query", "language", "count"), past)
    grades = ((j.query, id, grade) for j in demo_judgments(products) for id, grade in j.grades.items())
    _write_table(made.judgments, ("query", "docid", "rating"), grades)
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


def _write_pictures(folder: Path, products: Iterable[Product]) -> None:
    for product in products:
        (folder / f"{product.id}.svg").write_text(demo_pictures(product), "utf-8", newline="\n")


def _write_table(path: Path, header: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> None:
    path.write_text("".join(_csv_lines(header, rows)), "utf-8", newline="\n")


def _csv_lines(header: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> Iterator[str]:
    for row in (header, *rows):
        line = io.StringIO()
        csv.writer(line, lineterminator="\n").writerow(row)
        yield line.getvalue()
