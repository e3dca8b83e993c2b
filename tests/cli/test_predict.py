"""`shelfwise predict`: fitted on a shop's own log, told of each shopper, measured."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from shelfwise.language.models.names import store_of
from shelfwise.predicting import Predicting
from shelfwise.shop import Shop
from shelfwise.types import Event

START = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def busy(shop: Path) -> Path:
    """The small shop after 40 days; shoppers with even numbers come every second day, the others seldom."""
    draw = random.Random(0)
    events = []
    for who in range(80):
        day = draw.uniform(0, 10)
        while day < 40:
            kind = draw.choice(["click", "view", "cart", "purchase"])
            at = START + timedelta(days=day)
            events.append(Event(f"{who}-{day}", kind, f"u{who}", at, f"p{draw.randint(1, 6)}", value=9.0))  # type: ignore[arg-type]
            day += draw.expovariate(1 / 2 if who % 2 == 0 else 1 / 20)
    with Shop.open(shop) as opened:
        opened.record(events)
        opened.record(Event("a", "click", "", START, "p1", consent="anonymous"))
    return shop


def test_fit_and_tell(busy: Path, parsed: Callable[..., Any]) -> None:
    done = parsed("predict", "fit", "--shop", busy, "--days", 5)
    assert done["version"] == "0001"
    assert done["report"]["actions"]["purchase"]["model"]["auc"]["value"] > 0.5
    rows = parsed("predict", "shoppers", "--shop", busy, "--at", "2026-02-10", "--limit", 10)
    assert len(rows) == 10
    assert sum(int(row["shopper"][1:]) % 2 == 0 for row in rows) >= 8
    churn = [row["churn"] for row in rows]
    assert churn == sorted(churn)
    assert set(rows[0]) == {"shopper", "click", "cart", "purchase", "churn", "days_to_purchase", "categories"}
    assert set(rows[0]["categories"]) <= {"Phones", "Phone cases", "Audio", "Lamps"}
    assert len(parsed("predict", "shoppers", "--shop", busy, "--limit", 1000)) == 80  # nobody without a name
    buyers = parsed("predict", "shoppers", "--shop", busy, "--at", "2026-02-10T00:00:00+08:00", "--by", "purchase")
    assert buyers[0]["purchase"] >= buyers[-1]["purchase"]


def test_a_version_with_a_card(busy: Path, cli: Callable[..., Result]) -> None:
    for _ in range(2):
        assert cli("predict", "fit", "--shop", busy, "--days", 5).exit_code == 0
    assert "prediction" in cli("models", "list", "--shop", busy).stdout
    card = store_of(busy).card("prediction")
    assert (card.version, card.kind, card.recipe["days"], card.data["shoppers"]) == ("0002", "prediction", 5, 80)
    assert card.metrics["actions"]
    assert card.limits


def test_the_report_alone(busy: Path, cli: Callable[..., Result], parsed: Callable[..., Any]) -> None:
    told = parsed("predict", "report", "--shop", busy, "--days", 5)
    assert set(told["actions"]) == {"click", "cart", "purchase", "churn"}
    assert "Next category" in cli("predict", "report", "--shop", busy, "--days", 5).stdout


def test_quality_that_cannot_be_told_yet(busy: Path, cli: Callable[..., Result]) -> None:
    done = cli("predict", "fit", "--shop", busy, "--days", 15)
    assert done.exit_code == 0, done.output
    assert "cannot be told yet" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("shoppers",), "predict fit"),
        (("fit", "--days", "300"), "reaches back"),
        (("report", "--days", "300"), "reaches back"),
        (("shoppers", "--at", "tomorrow"), "2026-01-31"),
    ],
)
def test_mistakes_say_what_to_do(busy: Path, cli: Callable[..., Result], arguments: tuple[str, ...], says: str) -> None:
    done = cli("predict", *arguments, "--shop", busy)
    assert done.exit_code == 1
    assert says in done.stderr


def test_a_shop_without_events(shop: Path, cli: Callable[..., Result]) -> None:
    done = cli("predict", "fit", "--shop", shop)
    assert done.exit_code == 1
    assert "reaches back 0.0 days" in done.stderr


def test_who_comes_next(busy: Path) -> None:
    now = START + timedelta(days=40)
    with Shop.open(busy) as opened:
        predicting = Predicting(busy, opened.audience.log, opened.catalog.store, lambda: now)
        predicting.fit(5)
        soon = predicting.likely_next(now, 5)
        assert all(0 <= chance <= 1 for _, chance in soon)
        assert [chance for _, chance in soon] == sorted((chance for _, chance in soon), reverse=True)
        opened.forget(soon[0][0])
        assert soon[0][0] not in [shopper for shopper, _ in predicting.likely_next(now, 100)]
