"""Facts of the catalogue: current after every change, bounded, and let go with the index they came from."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from shelfwise.behaviour.profiles import CatalogFacts, IndexFacts, PriceBands, facts_of
from shelfwise.catalog.base import Offer
from shelfwise.catalog.store import SqlCatalogStore
from shelfwise.types import Attribute, Float32, Money, Product


class Vectors:
    def __init__(self, value: float) -> None:
        self.value = value

    def vector(self, id: str) -> Float32 | None:
        return None if id == "bare" else np.array([self.value], np.float32)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlCatalogStore]:
    with SqlCatalogStore.open(tmp_path / "shop.db") as opened:
        opened.upsert([Product(id, id, brand="Nova", price=Money(Decimal(5), "CNY")) for id in ("a", "b", "bare")])
        yield opened


def test_texts_and_yes_are_tastes() -> None:
    product = Product(
        "1",
        "t",
        attributes={
            "color": Attribute("red"),
            "fit": Attribute(("slim", "tall")),
            "weight": Attribute(1.5, "kg"),
            "waterproof": Attribute(True),
            "vegan": Attribute(False),
            "story": Attribute("x" * 61),
        },
    )
    assert facts_of(product).attributes == {
        "attributes.color": ("red",),
        "attributes.fit": ("slim", "tall"),
        "attributes.waterproof": ("true",),
    }


def test_facts_follow_the_catalogue(store: SqlCatalogStore) -> None:
    facts = CatalogFacts(store, lambda: None)
    assert set(facts.of(["a", "b", "unknown"])) == {"a", "b"}
    state = facts.state()
    store.upsert([Product("a", "a", brand="Vega"), Product("unknown", "now known")])
    store.delete(["b"])
    found = facts.of(["a", "b", "unknown"])
    assert (found["a"].brand, set(found)) == ("Vega", {"a", "unknown"})
    assert facts.state() == state


def test_another_index_gives_other_vectors_and_bands(store: SqlCatalogStore) -> None:
    served: list[IndexFacts | None] = [None]
    facts = CatalogFacts(store, lambda: served[0])
    assert facts.of(["a"])["a"].vector is None
    states = {facts.state()}
    for value, cut in ((1.0, 10.0), (2.0, 1.0)):
        served[0] = IndexFacts(Vectors(value), PriceBands({"": (cut, 20, 30, 40)}))
        states.add(facts.state())
        found = facts.of(["a", "bare"])
        assert found["a"].vector == pytest.approx([value])
        assert found["bare"].vector is None
        assert found["a"].band == ("lowest" if cut > 5 else "low")
    assert len(states) == 3


def test_memory_is_bounded_and_a_flood_of_changes_is_seen(store: SqlCatalogStore) -> None:
    store.upsert([Product(f"p{n}", "t", price=Money(Decimal(1), "CNY")) for n in range(1_500)])
    facts = CatalogFacts(store, lambda: None, keep=100)
    ids = [f"p{n}" for n in range(1_500)]
    assert len(facts.of(ids)) == 1_500
    assert len(facts._kept) == 100
    store.patch([Offer(id, price=Money(Decimal(2), "CNY")) for id in ids])
    store.delete(["p1499"])
    assert len(facts.of(ids[-100:])) == 99
