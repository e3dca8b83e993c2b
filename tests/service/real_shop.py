"""A real shop in a folder: the fake shop's products among a few hundred of the demo's, with an encoder of numbers."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import tomlkit

from shelfwise.shop import Shop
from shelfwise.simulate import demo_labels, demo_pictures, demo_products, demo_reviews
from shelfwise.simulate.products import REFERENCE

SEED = 7
COUNT = 240


def build(folder: Path, fake: Any) -> Path:
    """Makes the shop, index and pictures included. Its 60 first products are those of the fake shop."""
    with Shop.create(folder, {"encoder.kind": "fake", "shop.name": "shop"}) as made:
        model = fake.FakeShop(folder / "pictures")
        made.upsert([*model.catalogue.values()])
        reviews = [review for id in model.catalogue for review in model.reviews(id)]
        made.catalog.store.add_reviews(replace(review, id=f"{review.product}/{review.id}") for review in reviews)
    products = tuple(demo_products(SEED, COUNT))
    for product in products:
        (folder / "pictures" / f"{product.id}.svg").write_text(demo_pictures(product), "utf-8")
    (folder / "labels.toml").write_text(labels(fake.ZH), "utf-8")
    with Shop.open(folder) as shop:
        shop.upsert(products)
        shop.catalog.store.add_reviews(demo_reviews(SEED, COUNT, REFERENCE))
        shop.index([("phone", 90), ("手机", 80), ("电热水壶", 20)])
    return folder


def labels(more: dict[str, dict[str, str]]) -> str:
    """The demo's labels with others among them."""
    known = tomllib.loads(demo_labels(SEED, COUNT, REFERENCE))
    for section, names in more.items():
        known["zh"].setdefault(section, {}).update(names)
    return tomlkit.dumps(known)


class Restorer:
    """Undoes what a test changed in the catalogue, so that one shop serves many tests."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.products = {product.id: product for product in shop.catalog.store.products()}
        self.revision = shop.catalog.store.revision()

    def restore(self) -> None:
        """Puts every product back, and takes out those that were added."""
        store = self.shop.catalog.store
        if store.revision() == self.revision:
            return
        now = {product.id: product for product in store.products()}
        self.shop.delete([id for id in now if id not in self.products])
        self.shop.upsert([product for id, product in self.products.items() if now.get(id) != product])
        self.revision = store.revision()
