"""Feeds: one file a format, all with the contract `catalog.base.FeedReader`.

Icecat's catalogue is JSON lines, so it needs no reader of its own, only a mapping (mappings/icecat.toml).
"""

from __future__ import annotations

from pathlib import Path

from shelfwise.catalog.base import FeedReader
from shelfwise.catalog.feeds.delimited import DelimitedReader
from shelfwise.catalog.feeds.google_merchant import GoogleMerchantReader
from shelfwise.catalog.feeds.jsonl import JsonlReader
from shelfwise.catalog.feeds.parquet import ParquetReader
from shelfwise.catalog.feeds.shopify import ShopifyReader
from shelfwise.errors import FeedError

FORMATS = ("csv", "tsv", "jsonl", "parquet", "google_merchant", "shopify", "icecat")
_EXTENSIONS = {
    ".csv": "csv",
    ".txt": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".parquet": "parquet",
    ".xml": "google_merchant",
    ".rss": "google_merchant",
    ".atom": "google_merchant",
}
_MARKS = {  # columns by which a format that shares its extension with another is known
    "csv": (("shopify", {"Handle", "Variant Price"}),),
    "tsv": (("google_merchant", {"id", "title", "availability", "link"}),),
    "jsonl": (("icecat", {"ean", "supplier", "short_description", "img_high"}),),
}


def open_reader(
    path: Path, format: str | None = None, *, delimiter: str | None = None, encoding: str | None = None
) -> tuple[str, FeedReader]:
    """The format of a feed and a reader for it, known by its name and its columns unless `format` says it.

    Raises FeedError when the file is missing, or of no known format.
    """
    if not path.is_file():
        raise FeedError(f"{path}: no such file.")
    if format is not None and format not in FORMATS:
        raise FeedError(f"{path}: unknown format {format!r}; expected one of {', '.join(FORMATS)}.")
    found = format or detect(path)
    if found in ("csv", "tsv"):
        return found, DelimitedReader(delimiter or ("\t" if found == "tsv" else None), encoding)
    if found in ("jsonl", "icecat"):
        return found, JsonlReader()
    if found == "parquet":
        return found, ParquetReader()
    return found, GoogleMerchantReader() if found == "google_merchant" else ShopifyReader()


def detect(path: Path) -> str:
    """The format of a file: by extension, then by the columns. Raises FeedError when it is of none."""
    suffixes = [suffix.lower() for suffix in path.suffixes if suffix.lower() not in (".gz", ".zst")]
    found = _EXTENSIONS.get(suffixes[-1]) if suffixes else None
    if found is None:
        known = ", ".join(_EXTENSIONS)
        raise FeedError(f"{path}: unknown kind of file; expected one of {known}, or a format given by name.")
    if found not in _MARKS:
        return found
    columns = set(open_reader(path, found)[1].columns(path))
    names = columns | {name.lower().replace(" ", "_") for name in columns}
    return next((format for format, marks in _MARKS[found] if marks <= names), found)
