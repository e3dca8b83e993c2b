"""`shelfwise recommend`: rows, fitting, and lists for e-mails."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from shelfwise.shop import Shop
from shelfwise.types import Event, EventKind

NOW = datetime.now(UTC)


@pytest.fixture
def busy(shop: Path) -> Path:
    """The small shop with a few days of what shoppers did."""
    kinds: tuple[EventKind, ...] = ("click", "view", "cart", "purchase")
    events = [
        Event(
            f"{who}-{step}",
            kinds[step],
            f"u{who}",
            NOW - timedelta(hours=9 * who + 3 - step),
            f"p{1 + (who + step) % 6}",
        )
        for who in range(8)
        for step in range(4)
    ]
    with Shop.open(shop) as opened:
        opened.record(events)
    return shop


def test_rows_are_shown_before_anything_was_fitted(cli: Callable[..., Result], shop: Path) -> None:
    done = cli("recommend", "--shop", shop)
    assert done.exit_code == 0, done.output
    assert "Popular now" in done.stdout


def test_fit_then_rows_for_a_shopper(cli: Callable[..., Result], parsed: Callable[..., Any], busy: Path) -> None:
    done = parsed("recommend", "fit", "--shop", busy)
    assert (done["generation"], done["events"]) == ("0001", 32)
    assert "popular" in done["generators"]
    found = parsed("recommend", "--shop", busy, "--shopper", "u1", "--limit", 3)
    assert found["rows"]
    assert all(item["reason"]["en"] and item["reason"]["zh"] for row in found["rows"] for item in row["items"])
    assert cli("recommend", "--shop", busy, "--shopper", "u1", "--why").exit_code == 0


def test_a_product_page(parsed: Callable[..., Any], busy: Path) -> None:
    parsed("recommend", "fit", "--shop", busy)
    found = parsed("recommend", "--shop", busy, "--placement", "product", "--seed-product", "p1")
    assert "p1" not in [item["id"] for row in found["rows"] for item in row["items"]]


@pytest.mark.parametrize("form", ["jsonl", "csv"])
def test_email(cli: Callable[..., Result], busy: Path, tmp_path: Path, form: str) -> None:
    out = tmp_path / f"mail.{form}"
    done = cli("recommend", "email", "--shop", busy, "--out", out, "--limit", 3)
    assert done.exit_code == 0, done.output
    if form == "csv":
        with out.open(encoding="utf-8", newline="") as file:
            shoppers = {row["shopper"] for row in csv.DictReader(file)}
    else:
        shoppers = {json.loads(line)["shopper"] for line in out.read_text("utf-8").splitlines()}
    assert shoppers
    assert shoppers <= {f"u{who}" for who in range(8)}


def test_email_for_some(cli: Callable[..., Result], busy: Path, tmp_path: Path) -> None:
    (tmp_path / "who.txt").write_text("u1\nstranger\nu1\n", "utf-8")
    done = cli("recommend", "email", "--shop", busy, "--out", tmp_path / "m.jsonl", "--shoppers", tmp_path / "who.txt")
    assert "of 2 shoppers" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--placement", "attic"), "attic"),
        (("--placement", "product"), "seeds"),
        (("--placement", "category"), "category"),
        (("email", "--out", "mail.pdf"), "mail.pdf"),
    ],
)
def test_mistakes_are_named(cli: Callable[..., Result], shop: Path, arguments: tuple[str, ...], said: str) -> None:
    words = ["recommend", *arguments]
    done = cli(*words, "--shop", shop)
    assert done.exit_code == 1
    assert said in done.output
