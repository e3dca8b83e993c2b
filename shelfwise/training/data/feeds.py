"""A catalogue straight from a feed, for training without a shop."""

from __future__ import annotations

from pathlib import Path

from shelfwise.catalog.base import BadRow
from shelfwise.catalog.feeds import open_reader
from shelfwise.catalog.guessing import mapping_for
from shelfwise.catalog.validate import Converter
from shelfwise.errors import FeedError
from shelfwise.types import Product


def read_catalog(path: Path, refused: list[BadRow] | None = None) -> dict[str, Product]:
    """The products of any feed that `shelfwise import` reads, by id, with the mapping that it would choose itself.

    refused: takes the rows that could not be used. Of two rows with one id the later counts, as in an import.

    Raises:
        FeedError: the file cannot be read, or no row of it is a product.
    """
    mapping = mapping_for(path)
    _, reader = open_reader(path, mapping.format, delimiter=mapping.delimiter, encoding=mapping.encoding)
    converter = Converter(mapping, path.name)
    bad: list[BadRow] = [] if refused is None else refused
    products: dict[str, Product] = {}
    for row in reader.rows(path):
        if isinstance(row, BadRow):
            bad.append(row)
        elif product := converter.product(row, bad.append):
            products[product.id] = product
    if not products:
        first = f" row {bad[0].row}, {bad[0].column}: found {bad[0].found}, expected {bad[0].expected}." if bad else ""
        raise FeedError(
            f"{path}: found no product in it.{first}", hint="`shelfwise import --guess` prints how it would be read."
        )
    return products
