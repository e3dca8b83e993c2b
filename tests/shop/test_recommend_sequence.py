"""A shop with a trained sequence model: it joins the next fit, and its damage is named."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from shelfwise.cli.main import app
from shelfwise.shop import Shop
from shelfwise.simulate import demo_products
from shelfwise.types import Event

COUNT = 130
pytest.importorskip("torch", reason="needs the extra `train`")


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A shop whose shoppers look at the first twelve products in a circle, and the model of that."""
    folder = tmp_path_factory.mktemp("trained") / "shop"
    now = datetime.now(UTC)
    with Shop.create(folder, {"encoder.kind": "fake"}) as shop:
        products = list(demo_products(7, COUNT))
        shop.upsert(products)
        shop.index()
        shop.record(
            [
                Event(
                    f"{who}-{step}",
                    "click",
                    f"u{who}",
                    now - timedelta(days=1, minutes=60 - step),
                    products[(who + step) % 12].id,
                )
                for who in range(48)
                for step in range(6)
            ]
        )
    settings = ["width=16", "heads=2", "epochs=12", "rate=0.01", "average=0.8", "batch=16", "dropout=0.1"]
    words = [
        "train",
        "sequence",
        "--shop",
        str(folder),
        "--seed",
        "1",
        "--json",
        *(f"--set={each}" for each in settings),
    ]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, done.output
    made = json.loads(done.stdout)
    assert (made["products"], made["shoppers"]) == (12, 48)
    return folder


def test_it_is_served_from_the_next_fit_on(trained: Path) -> None:
    now = datetime.now(UTC)
    with Shop.open(trained) as shop:
        products = list(demo_products(7, COUNT))
        seen = [Event(f"ann{n}", "click", "ann", now - timedelta(minutes=9 - n), products[n].id) for n in (3, 4, 5)]
        shop.record(seen)
        assert "sequence" not in contributions(shop)
        name = shop.fit_recommender()
        assert "sequence" in shop.recommender.fitted.get(name).generators
        found = contributions(shop)
        assert max(found["sequence"], key=lambda each: found["sequence"][each]) == products[6].id
        shop.delete([products[6].id])
        assert products[6].id not in contributions(shop)["sequence"]


def test_a_damaged_model_is_named_and_the_others_answer(trained: Path) -> None:
    with Shop.open(trained) as shop:
        name = shop.fit_recommender()
    (trained / "recommend" / name / "sequence" / "encoder.onnx").write_bytes(b"")
    with Shop.open(trained) as shop:
        answer = shop.recommend("ann")
    assert answer.rows
    assert "sequence" in answer.degraded


def contributions(shop: Shop) -> dict[str, dict[str, float]]:
    """Generator → product → what it added to it in ann's row "for you"."""
    found: dict[str, dict[str, float]] = {}
    for row in shop.recommend("ann", limit=50).rows:
        for item in row.items:
            for line in item.why.contributions:
                if row.key == "for_you" and line.value > 0:
                    found.setdefault(line.name, {})[item.product.id] = line.value
    return found
