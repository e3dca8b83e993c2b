"""`shelfwise simulate`: filling a log, comparing policies, and what cannot be used."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from shelfwise.shop import Shop

FEW = ("--shoppers", 12, "--days", 10, "--start", "2026-09-01")


def test_generate_fills_a_log_once(cli: Callable[..., Result], parsed: Callable[..., Any], shop: Path) -> None:
    told = parsed("simulate", "generate", "--shop", shop, *FEW)
    assert (told["shoppers"], told["days"], told["seed"], told["start"]) == (12, 10, 1, "2026-09-01")
    assert told["sessions"] > 0
    with Shop.open(shop) as opened:
        count = opened.audience.log.count()
    assert count >= told["events"] > 0
    done = cli("simulate", "generate", "--shop", shop, *FEW)
    assert done.exit_code == 1
    assert "--add" in done.stderr
    assert cli("simulate", "generate", "--shop", shop, *FEW, "--add").exit_code == 0
    with Shop.open(shop) as opened:
        assert opened.audience.log.count() == count


def test_compare_in_copies_leaves_the_shop_alone(parsed: Callable[..., Any], shop: Path) -> None:
    told = parsed("simulate", "compare", "--shop", shop, *FEW, "--history", 5, "--seed", 2)
    assert set(told["policies"]) == {"popular", "anonymous", "personal"}
    assert told["policies"]["personal"]["sessions"] > 0
    lines = told["against_popular"]["personal"]
    assert {(one["part"], one["measure"]) for one in lines} >= {("cold", "purchases"), ("warm", "satisfaction")}
    assert parsed("simulate", "compare", "--shop", shop, *FEW, "--history", 5, "--seed", 2) == told
    with Shop.open(shop) as opened:
        assert opened.audience.log.count() == 0
    assert not (shop / "recommend").exists()


def test_compare_as_a_table(cli: Callable[..., Result], shop: Path) -> None:
    done = cli("simulate", "compare", "--shop", shop, "--shoppers", 4, "--days", 3, "--history", 0)
    assert done.exit_code == 0, done.output
    assert "personal against popular" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (("generate", "--start", "tomorrow"), 1, "--start: found 'tomorrow', expected a day as in 2026-01-31"),
        (("generate", "--shoppers", 0), 2, "--shoppers"),
        (("compare", "--days", 0), 2, "--days"),
        (("generate", "--url", "http://127.0.0.1:9"), 1, "the shop did not answer"),
        (("compare", "--url", "http://127.0.0.1:9"), 1, "the shop did not answer"),
        (("compare", "--shop", "nowhere"), 1, "nowhere is not a shop"),
        (("generate", "--parameters", "none.toml"), 1, "none.toml: cannot be read"),
    ],
)
def test_what_cannot_be_used(
    cli: Callable[..., Result], shop: Path, arguments: tuple[Any, ...], status: int, message: str
) -> None:
    place = () if "--shop" in arguments or "--url" in arguments else ("--shop", shop)
    done = cli("simulate", *arguments, *place)
    assert done.exit_code == status, done.output
    assert message in done.stderr


def test_a_shop_without_products(cli: Callable[..., Result], empty: Path) -> None:
    done = cli("simulate", "generate", "--shop", empty)
    assert done.exit_code == 1
    assert "The catalogue has 0 products" in done.stderr
