"""`shelfwise evaluate recommend` on a small file."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from shelfwise.shop import Shop
from shelfwise.types import Event

KEYS = {"hr@10", "ndcg@10", "recall@10", "mrr@10", "coverage@10", "novelty@10", "gini@10", "popularity_lift@10"}


@pytest.fixture
def sequences(tmp_path: Path) -> Path:
    """Everybody goes through 40 products in order, from a place of their own."""
    path = tmp_path / "some.txt"
    path.write_text("".join(f"s{n} " + " ".join(f"p{(n + step) % 40}" for step in range(7)) + "\n" for n in range(80)))
    return path


def test_one_model(parsed: Callable[..., Any], sequences: Path) -> None:
    found = parsed("evaluate", "recommend", "--data", sequences, "--model", "transitions", "--seed", 3)
    assert found.keys() >= KEYS
    assert (found["model"], found["seed"], found["asked"]) == ("transitions", 3, 80)
    assert found["hr@10"] == found["recall@10"] == 1.0
    assert found["intervals"]["ndcg@10"]["low"] <= found["ndcg@10"] <= found["intervals"]["ndcg@10"]["high"]
    assert found["parts"]["shoppers"]["warm"]["asked"] == 80


def test_the_best_is_a_blend_and_is_compared(parsed: Callable[..., Any], sequences: Path) -> None:
    arguments = ("evaluate", "recommend", "--data", sequences, "--model", "best", "--model", "popular")
    found = parsed(*arguments)
    assert found["model"] == "best"
    assert found["ndcg@10"] > found["against"][0]["ndcg@10"]
    assert found["against"][0]["gain"]["ndcg@10"]["p_corrected"] < 0.05
    assert parsed(*arguments)["ndcg@10"] == found["ndcg@10"]


def test_labels_beside_the_file_are_used(parsed: Callable[..., Any], sequences: Path) -> None:
    labels = {f"p{n}": ["even" if n % 2 else "odd"] for n in range(40)}
    sequences.with_name("some_item2attributes.json").write_text(json.dumps(labels))
    assert parsed("evaluate", "recommend", "--data", sequences, "--model", "content")["model"] == "content"


def test_the_second_last_product(parsed: Callable[..., Any], sequences: Path) -> None:
    found = parsed("evaluate", "recommend", "--data", sequences, "--model", "item_knn", "--valid")
    assert found["parts"]["shoppers"]["warm"]["asked"] == 80


def test_tables_and_a_report(cli: Callable[..., Result], sequences: Path, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    done = cli(
        "evaluate", "recommend", "--data", sequences, "--model", "transitions", "--model", "popular", "--report", page
    )
    assert done.exit_code == 0, done.output
    assert "ndcg@10" in done.stdout
    assert "transitions against popular" in done.stdout
    text = page.read_text("utf-8")
    assert "<svg" in text or 'class="plot"' in text
    assert "popular" in text


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--model", "nobody"), "unknown model 'nobody'"),
        (("--model", "content"), "needs labels"),
        (("--labels", "none.json"), "cannot be read as JSON"),
    ],
)
def test_what_cannot_be_measured(
    cli: Callable[..., Result], sequences: Path, arguments: tuple[str, ...], words: str
) -> None:
    done = cli("evaluate", "recommend", "--data", sequences, *arguments)
    assert done.exit_code == 1
    assert words in done.stderr


def test_a_shop_s_own_log(parsed: Callable[..., Any], cli: Callable[..., Result], shop: Path) -> None:
    none = cli("evaluate", "recommend", "--shop", shop)
    assert none.exit_code == 1
    assert "nothing to measure on" in none.stderr
    start = datetime(2026, 11, 1, tzinfo=UTC)
    with Shop.open(shop) as opened:
        opened.record(
            [
                Event(f"{who} {step}", "view", f"s{who}", start + timedelta(hours=step), f"p{1 + (who + step) % 6}")
                for who in range(60)
                for step in range(5)
            ]
        )
    arguments = ("--model", "best", "--model", "popular", "--model", "transitions", "--share", 0.7)
    found = parsed("evaluate", "recommend", "--shop", shop, *arguments)
    assert [each["model"] for each in found["against"]] == ["popular", "transitions"]
    assert found["mrr@10"] > found["against"][0]["mrr@10"]
    assert "unknown generator 'x'" in cli("evaluate", "recommend", "--shop", shop, "--model", "x").stderr


def test_nothing_to_measure_on(cli: Callable[..., Result]) -> None:
    assert "give --data" in cli("evaluate", "recommend").stderr
