"""Google Merchant feeds: RSS or Atom with g: fields, or TSV. Items with one item_group_id are one product's variants.

Source: https://support.google.com/merchants/answer/7052112
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

from shelfwise.catalog.base import BadRow, Row
from shelfwise.catalog.feeds.delimited import DelimitedReader
from shelfwise.catalog.feeds.grouping import products
from shelfwise.catalog.feeds.opening import DAMAGED, open_bytes
from shelfwise.errors import FeedError

_G = "{http://base.google.com/ns/1.0}"
_ITEMS = ("item", "entry")
_LISTS = ("additional_image_link", "product_highlight")
_IGNORED = ("shipping", "tax", "installment")
# What a shopper chooses between; where the items of a group differ in one, it belongs to the variant.
_CHOICES = ("color", "size", "material", "pattern", "gender", "age_group", "size_type", "size_system", "condition")


class GoogleMerchantReader:
    """Gives one row a product. `number` counts items (in a TSV: rows of the table) and is that of the first one."""

    def rows(self, path: Path, start: int = 0) -> Iterator[Row | BadRow]:
        """The products that begin after item `start`. Raises FeedError for XML with entities of its own."""
        return products(_items(path), _group, _product, start)

    def columns(self, path: Path) -> tuple[str, ...]:
        """The fields of the first items."""
        found: dict[str, None] = {}
        for number, item in enumerate(_items(path)):
            if isinstance(item, Row):
                found |= dict.fromkeys(item.values)
            if number >= 100:
                break
        return (*found, "variants")


def _is_xml(path: Path) -> bool:
    return path.name.lower().removesuffix(".gz").removesuffix(".zst").endswith((".xml", ".rss", ".atom"))


def _items(path: Path) -> Iterator[Row | BadRow]:
    return _xml_items(path) if _is_xml(path) else _table_items(path)


def _group(item: Row) -> str:
    group = item.values.get("item_group_id")
    return f"group {group}" if group else f"item {item.number}"


def _xml_items(path: Path) -> Iterator[Row | BadRow]:
    number, root = 0, None
    with open_bytes(path) as stream:
        try:
            for event, element in iterparse(stream, events=("start", "end")):
                if event == "start":
                    root = element if root is None else root
                elif element.tag.rpartition("}")[2] in _ITEMS:
                    number += 1
                    yield Row(number, _fields(element))
                    element.clear()
                    for holder in (root, root[0] if root is not None and len(root) else None):
                        if holder is not None:
                            _forget(holder)
        except (ParseError, *DAMAGED) as error:
            yield BadRow(path.name, number + 1, "", f"the file is cut off or damaged here: {error}", "well-formed XML")
        except DefusedXmlException as error:
            raise FeedError(f"{path}: {error}; expected XML without entities of its own.") from error


def _forget(holder: Element) -> None:
    """Drop the items that were read, or the tree would grow with the feed."""
    for child in [child for child in holder if child.tag.rpartition("}")[2] in _ITEMS]:
        holder.remove(child)


def _fields(item: Element) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for child in item:
        namespace, name = child.tag.startswith(_G), child.tag.rpartition("}")[2]
        text = (child.text or child.get("href") or "").strip()
        if name in _IGNORED:
            continue
        if name == "product_detail":
            detail = {part.tag.rpartition("}")[2]: (part.text or "").strip() for part in child}
            values[f"detail.{detail.get('attribute_name', '')}"] = detail.get("attribute_value", "")
        elif name in _LISTS:
            values.setdefault(name, []).append(text)
        elif namespace or name not in values:
            values[name] = text
    return values


def _table_items(path: Path) -> Iterator[Row | BadRow]:
    for row in DelimitedReader("\t").rows(path):
        if isinstance(row, BadRow):
            yield row
            continue
        values = {name.strip().lower().replace(" ", "_"): cell for name, cell in row.values.items()}
        lists = {name: values[name].split(",") for name in _LISTS if values.get(name)}
        kept = {name: cell for name, cell in values.items() if not name.startswith(_IGNORED)}
        yield Row(row.number, kept | lists)


def _product(items: list[Row]) -> dict[str, Any]:
    first = dict(items[0].values)
    group = first.pop("item_group_id", "")
    if not group:
        return first
    differing = [name for name in _CHOICES if len({item.values.get(name) for item in items}) > 1]
    product = {name: value for name, value in first.items() if name not in differing}
    return product | {"id": group, "variants": [_variant(item, differing) for item in items]}


def _variant(item: Row, differing: list[str]) -> dict[str, Any]:
    values = item.values
    return {
        "number": item.number,
        "id": values.get("id", ""),
        "title": values.get("title", ""),
        "attributes": {name: values[name] for name in differing if values.get(name)},
        "price": values.get("sale_price") or values.get("price", ""),
        "available": values.get("availability", ""),
        "images": [image] if (image := values.get("image_link")) else [],
        "codes": [code for code in (values.get("gtin"), values.get("mpn")) if code],
    }
