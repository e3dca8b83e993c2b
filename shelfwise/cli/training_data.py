"""`shelfwise train data`: examples out of what a shop has, with a card."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

import typer

from shelfwise.cli.console import JsonOption, print_json, print_table, progress, say

if TYPE_CHECKING:
    from shelfwise.training.data.base import Source
    from shelfwise.training.data.card import Card
    from shelfwise.training.data.sources.reviews import Said
    from shelfwise.types import Product

REVIEWS = 1000  # of a product
By: TypeAlias = Literal["product", "query", "time"]  # as the builder's, without loading it


def data(
    out: Annotated[Path, typer.Option("--out", help="Folder for train, valid and test.jsonl, card.json and card.md.")],
    shop: Annotated[Path | None, typer.Option("--shop", help="A shop: its products and reviews.")] = None,
    catalog: Annotated[
        Path | None, typer.Option("--catalog", help="Products without a shop: any feed that `import` reads.")
    ] = None,
    judgments: Annotated[
        Path | None, typer.Option("--judgments", help="CSV or TSV with query, docid, rating; needs a catalogue.")
    ] = None,
    pairs: Annotated[
        Path | None, typer.Option("--pairs", help="Questions: question, candidate, label, and qid or ASIN.")
    ] = None,
    log: Annotated[Path | None, typer.Option("--log", help="Queries and events in the UBI format.")] = None,
    reviews: Annotated[
        Path | None, typer.Option("--reviews", help="Reviews: product, text, and title where there is one.")
    ] = None,
    catalog_pairs: Annotated[
        bool, typer.Option("--catalog-pairs/--no-catalog-pairs", help="Also examples of the products themselves.")
    ] = True,
    split: Annotated[
        By, typer.Option("--split", help="What the test has not met before; product: neither query nor product.")
    ] = "product",
    valid: Annotated[float, typer.Option(min=0, max=1, help="Share for validation.")] = 0.1,
    test: Annotated[float, typer.Option(min=0, max=1, help="Share for the test.")] = 0.1,
    near: Annotated[
        bool, typer.Option("--near/--exact", help="Whether what is nearly the same is a duplicate too.")
    ] = True,
    seed: Annotated[int, typer.Option("--seed", help="Of the split.")] = 0,
    json: JsonOption = False,
) -> None:
    """Make examples to train on, out of a shop's data. They hold words of shoppers: keep them safely."""
    from shelfwise.training.data.builder import build

    if shop and catalog:
        raise typer.BadParameter("found --shop too, expected one of both", param_hint="--catalog")
    if judgments and not (shop or catalog):
        raise typer.BadParameter("needs the products: give --shop or --catalog", param_hint="--judgments")
    with progress("Reading") as step:
        given = _Given(judgments, pairs, log, reviews, catalog_pairs)
        sources = list(_sources(*_products(shop, catalog), given))
        if not sources:
            raise typer.BadParameter("found nothing to read, expected --shop, --catalog, --pairs, --log or --reviews")
        built = build(sources, seed=seed, by=split, valid=valid, test=test, near=near, progress=step)
    built.write(out)
    if json:
        print_json(built.card.to_json())
    else:
        _show(built.card, out)


@dataclass(frozen=True, slots=True)
class _Given:
    """What to make examples of, beside the products."""

    judgments: Path | None
    pairs: Path | None
    log: Path | None
    reviews: Path | None
    catalog_pairs: bool


def _products(shop: Path | None, catalog: Path | None) -> tuple[dict[str, Product], list[Said]]:
    """The products by id, and what a shop's store has of reviews."""
    if catalog is not None:
        from shelfwise.training.data.feeds import read_catalog

        return read_catalog(catalog), []
    if shop is None:
        return {}, []
    from shelfwise.shop import Shop
    from shelfwise.training.data.sources.reviews import Said

    with Shop.open(shop) as opened:
        store = opened.catalog.store
        products = {product.id: product for product in store.products()}
        return products, [Said(id, review.text) for id in products for review in store.reviews(id, REVIEWS)]


def _sources(products: dict[str, Product], said: list[Said], given: _Given) -> Iterator[Source]:
    from shelfwise.training.data.sources.catalog import Catalog
    from shelfwise.training.data.sources.judgments import Judgments
    from shelfwise.training.data.sources.log import Log
    from shelfwise.training.data.sources.questions import Questions
    from shelfwise.training.data.sources.reviews import Reviews, read_reviews

    if products and given.catalog_pairs:
        yield Catalog(products.values())
    if given.judgments:
        yield Judgments(given.judgments, products)
    if given.pairs:
        yield Questions(given.pairs)
    if given.log:
        yield Log(given.log, products)
    if given.reviews or said:
        yield Reviews([*said, *(read_reviews(given.reviews) if given.reviews else ())], products)


def _show(card: Card, out: Path) -> None:
    parts = card.parts
    columns = ("", *parts)
    rows: list[tuple[object, ...]] = [
        ("examples", *(f"{part.examples:,}" for part in parts.values())),
        ("positive texts", *(f"{part.positives:,}" for part in parts.values())),
        ("negative texts", *(f"{part.negatives:,}" for part in parts.values())),
    ]
    rows += [
        (f"from {source}", *(f"{part.sources.get(source, 0):,}" for part in parts.values())) for source in card.found
    ]
    print_table("", columns, rows, right=columns[1:])
    removed = [f"{count:,} {reason}" for reason, count in card.removed.items()]
    if card.left_out:
        removed.append(f"{card.left_out:,} examples that tie parts together")
    if removed:
        say(f"Removed or mended: {', '.join(removed)}.")
    for note in card.notes:
        say(f"Note: {note}")
    say(f"Data {card.data[:16]}; written to {out}, with a card.")
