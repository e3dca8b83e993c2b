"""From rows of ids to what a shopper sees: products as they are now, a heading and a reason for each."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence

from shelfwise.recommend.base import Row, Source
from shelfwise.recommend.catalogue import LiveCatalog
from shelfwise.recommend.reasons import CategoryName, reason, titled
from shelfwise.slate import RecommendedRow
from shelfwise.types import Contribution, Explanation, Product, SlateItem

STAGE = "recommend"


def named(rows: Sequence[Row]) -> list[str]:
    """The ids of all products that rows show or go back to, each once."""
    ids = [id for row in rows for id in (*row.ids, row.properties.get("product"))]
    ids += [source.because for row in rows for source in row.sources]
    return [id for id in dict.fromkeys(ids) if id]


def only(row: Row, places: Sequence[int]) -> Row:
    """The row with the products at some of its places."""
    return dataclasses.replace(
        row,
        ids=tuple(row.ids[place] for place in places),
        scores={name: part[list(places)] for name, part in row.scores.items()},
        sources=tuple(row.sources[place] for place in places),
        propensity=tuple(row.propensity[place] for place in places),
    )


def still_there(rows: Sequence[Row], catalog: LiveCatalog) -> list[Row]:
    """Rows made before, without products that were sold out or taken away since."""
    table = catalog.table
    kept = []
    for row in rows:
        places, there = catalog.rows(row.ids, table)
        places = [place for place, at in zip(places, there, strict=True) if table.available[at]]
        kept.append(row if len(places) == len(row.ids) else only(row, places))
    return kept


def present(
    rows: Sequence[Row], products: Callable[[Sequence[str]], Sequence[Product]], category: CategoryName
) -> tuple[RecommendedRow, ...]:
    """The rows with their products. A product that is gone meanwhile is left out, and a row that is left empty.

    products: gives those of some ids that are still there. category: the name of a category path in a language.
    """
    known = {product.id: product for product in products(named(rows))}
    shown = (_row(row, known, category) for row in rows)
    return tuple(row for row in shown if row.items)


def _row(row: Row, known: Mapping[str, Product], category: CategoryName) -> RecommendedRow:
    places = [place for place, id in enumerate(row.ids) if id in known]
    items = tuple(_item(row, place, at, known, category) for at, place in enumerate(places))
    return RecommendedRow(row.key, titled(row.title, row.properties, known, category), items)


def _item(row: Row, place: int, at: int, known: Mapping[str, Product], category: CategoryName) -> SlateItem:
    product, source = known[row.ids[place]], row.sources[place]
    parts = sorted(((float(part[place]), name) for name, part in row.scores.items()), reverse=True)
    lines = tuple(Contribution(STAGE, name, value, _detail(name, source)) for value, name in parts if value)
    why = Explanation(lines, reason(source, product, known, category))
    return SlateItem(product, sum(value for value, _ in parts), at, row.propensity[place], why)


def _detail(name: str, source: Source) -> str:
    return source.because or "" if source.generator == name else ""
