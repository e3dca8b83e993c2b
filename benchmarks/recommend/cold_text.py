"""Products that nobody has touched, found by their texts: python -m benchmarks.recommend.cold_text --data FOLDER

FOLDER is that of benchmarks/recommend/office.py. Every fifth product is held out of all histories, drawn by the seed;
asked are those whose next product is a held-out one and whose history has another: once for a list out of all products,
once for a list out of those held out.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import numpy as np

from benchmarks.recommend.office import HELD, Asked, read
from shelfwise.behaviour.base import Profile, Touch
from shelfwise.behaviour.table import EventTable
from shelfwise.evaluation.recommend import Truth, measure_accuracy
from shelfwise.language.encoders.registry import open_encoder
from shelfwise.recommend.base import CatalogTable, RecommendRequest
from shelfwise.recommend.catalogue import table_of
from shelfwise.recommend.generators.cold_items import ColdItems
from shelfwise.recommend.generators.popular import Popular
from shelfwise.types import Event, Product

START: Final = datetime(2026, 1, 1, tzinfo=UTC)
K: Final = 10


def log(histories: Sequence[Sequence[str]], held: frozenset[str]) -> EventTable:
    """A purchase a day, without the held-out products."""
    return EventTable.of(
        Event(f"{who} {day}", "purchase", str(who), START + timedelta(days=day), product)
        for who, history in enumerate(histories)
        for day, product in enumerate(history)
        if product not in held
    )


def requests(asked: Sequence[Asked], held: frozenset[str]) -> list[RecommendRequest]:
    """A request for each history, of which the held-out products were never seen."""
    made = []
    for each in asked:
        known = [product for product in each.history if product not in held]
        recent = tuple(Touch(product, "purchase", START) for product in reversed(known))
        made.append(RecommendRequest(Profile("", START, events=len(recent), recent=recent), START))
    return made


def recall(lists: Sequence[Sequence[str]], asked: Sequence[Asked], catalog: CatalogTable) -> str:
    """recall@10 with its interval."""
    places = {id: place for place, id in enumerate(catalog.ids)}
    top = np.full((len(lists), K), -1, np.int32)
    for row, ids in enumerate(lists):
        top[row, : len(ids)] = [places[id] for id in ids]
    truth = Truth.of_one(np.array([places[each.target] for each in asked], np.int32))
    found = measure_accuracy(top, truth, ks=(K,))
    interval = found.intervals[f"recall@{K}"]
    return f"{found.means[f'recall@{K}']:.4f} ({interval.low:.4f} to {interval.high:.4f})"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--name", default="Office_Products")
    parser.add_argument("--model", default="default")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    products, everybody, histories = read(given.data, given.name)
    drawn = np.random.default_rng(given.seed).permutation(len(products))[: len(products) // HELD]
    held = frozenset(products[place].id for place in drawn)
    asked = [one for one in everybody if one.target in held and not held.issuperset(one.history)]
    vectors = open_encoder(given.model, Path()).encode([f"{p.title} {p.brand or ''}" for p in products], "product")
    rows = {product.id: vector for product, vector in zip(products, vectors, strict=True)}
    catalog, events = table_of(products, rows.__getitem__), log(histories, held)
    cold, popular = ColdItems().fit(events, catalog), Popular().fit(events, catalog)
    made = requests(asked, held)
    brands = brand_order(products, events, held)
    print(f"{len(products)} products, {len(held)} held out, {len(asked)} asked, seed {given.seed}")
    print("popular, of all products:", recall([popular.generate(each, K).ids for each in made], asked, catalog))
    print("popular brands, of those held out:", recall([brands[:K]] * len(asked), asked, catalog))
    print("chance, of those held out:", f"{K / len(held):.4f}")
    among = [[id for id in cold.generate(each, len(products)).ids if id in held][:K] for each in made]
    print("text, of those held out:", recall(among, asked, catalog))
    print("text, of all that at most 3 touched:", recall([cold.generate(each, K).ids for each in made], asked, catalog))
    everything = vectors @ np.stack([cold.taste(each) for each in made]).T  # [m, asked]
    seen = [set(each.history) for each in asked]
    order = np.argsort(-everything, axis=0, kind="stable")
    lists = [
        [catalog.ids[code] for code in column if catalog.ids[code] not in own][:K]
        for column, own in zip(order[: 5 * K + 50].T, seen, strict=True)
    ]
    print("text, of all products:", recall(lists, asked, catalog))


def brand_order(products: Sequence[Product], events: EventTable, held: frozenset[str]) -> list[str]:
    """The held-out products, those of the brand that was bought most first."""
    brand = {product.id: product.brand for product in products}
    counts: dict[str | None, int] = {}
    for code in events.product.tolist():
        name = brand[events.products[code]]
        counts[name] = counts.get(name, 0) + 1
    return sorted(held, key=lambda id: (-counts.get(brand[id], 0), id))


if __name__ == "__main__":
    main()
