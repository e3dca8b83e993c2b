"""Shopify's product CSV: several rows with one Handle are one product, its variants and its further pictures.

Source: https://help.shopify.com/en/manual/products/import-export/using-csv
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from shelfwise.catalog.base import BadRow, Row
from shelfwise.catalog.feeds.delimited import DelimitedReader
from shelfwise.catalog.feeds.grouping import products

_VARIANT = ("Variant SKU", "Variant Price", "Option1 Value")
_INVENTED = {"Title": "Default Title"}  # the option that Shopify writes for a product without options


class ShopifyReader:
    """Gives one row a product: the columns of its first row, "images", and "variants" with their own values."""

    def __init__(self) -> None:
        self._table = DelimitedReader(",")

    def rows(self, path: Path, start: int = 0) -> Iterator[Row | BadRow]:
        """The products that begin after row `start`; a product has the number of its first row."""
        return products(self._table.rows(path), partial(_handle, path), _product, start)

    def columns(self, path: Path) -> tuple[str, ...]:
        """The columns of the file, and those that this reader adds."""
        return (*self._table.columns(path), "images", "variants")


def _handle(path: Path, row: Row) -> str | BadRow:
    handle = str(row.values.get("Handle") or "").strip()
    return handle or BadRow(path.name, row.number, "Handle", "an empty cell", "the product's handle")


def _product(rows: list[Row]) -> dict[str, Any]:
    first = rows[0].values
    names = [first.get(f"Option{number} Name", "").strip() for number in (1, 2, 3)]
    variants = [_variant(row, names) for row in rows if any(row.values.get(column, "").strip() for column in _VARIANT)]
    images = dict.fromkeys(row.values.get("Image Src", "").strip() for row in rows)
    images.pop("", None)
    values: dict[str, Any] = dict(first) | {"images": list(images)}
    if len(variants) > 1 or any(variant["attributes"] for variant in variants):
        values["variants"] = variants
    return values


def _variant(row: Row, names: list[str]) -> dict[str, Any]:
    values = row.values
    options = [values.get(f"Option{number} Value", "").strip() for number in (1, 2, 3)]
    chosen = {name: value for name, value in zip(names, options, strict=True) if name and value}
    if chosen == _INVENTED:
        chosen = {}
    sku = values.get("Variant SKU", "").strip()
    return {
        "number": row.number,
        "id": sku or "-".join([values["Handle"].strip(), *chosen.values()]),
        "title": " / ".join(chosen.values()),
        "attributes": chosen,
        "price": values.get("Variant Price", ""),
        "stock": values.get("Variant Inventory Qty", ""),
        "images": [image] if (image := values.get("Variant Image", "").strip()) else [],
        "codes": [code for code in (sku, values.get("Variant Barcode", "").strip("' ")) if code],
    }
