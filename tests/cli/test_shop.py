from __future__ import annotations

import json
import tomllib

import pytest

from shelfwise import __version__
from shelfwise.cli.demo import make_demo
from shelfwise.errors import ShopError


def test_init_keeps_what_it_was_told(empty) -> None:
    settings = tomllib.loads((empty / "shelfwise.toml").read_text("utf-8"))
    assert settings["shop"] == {"name": "Corner [shop]", "currency": "EUR"}
    assert settings["encoder"] == {"kind": "none"}


def test_index_list_and_rollback(cli, parsed, shop, feed) -> None:
    feed.write_text(feed.read_text("utf-8") + "p7,Lumen candle,Lumen,Lamps,9,1,red\n", "utf-8")
    parsed("import", feed, "--shop", shop)
    assert parsed("index", "--shop", shop)["products"] == 7
    assert [each["current"] for each in parsed("index", "--list", "--shop", shop)] == [False, True]
    assert "in service" in cli("index", "--list", "--shop", shop).stdout
    back = cli("index", "--rollback", "--shop", shop)
    assert "Generation 0001 with 6 products is in service." in back.stdout
    assert parsed("search", "candle", "--shop", shop)["total"] == 1  # what came since is replayed


def test_past_queries_are_suggested(cli, parsed, shop, tmp_path) -> None:
    (tmp_path / "queries.tsv").write_text("lamp for the night\t12\nlamp\n\n", "utf-8")
    parsed("index", "--shop", shop, "--queries", tmp_path / "queries.tsv")
    assert ("query", "lamp for the night") in {
        (each["kind"], each["text"]) for each in parsed("suggest", "lamp f", "--shop", shop)
    }


def test_doctor(cli, parsed, shop) -> None:
    assert {each["state"] for each in parsed("doctor", "--shop", shop)} == {"good", "warning"}  # no language model
    assert "✓ catalogue: 6 products" in cli("doctor", "--shop", shop).stdout


def test_doctor_finds_a_damaged_index(cli, shop) -> None:
    file = max((shop / "index" / "0001").rglob("*"), key=lambda path: path.stat().st_size if path.is_file() else 0)
    file.write_bytes(file.read_bytes()[:-1] + b"?")
    done = cli("doctor", "--shop", shop, "--json")
    assert done.exit_code == 1
    assert "bad" in {each["state"] for each in json.loads(done.stdout)}


def test_bench(cli, parsed, shop, tmp_path) -> None:
    figures = parsed("bench", "--shop", shop, "--count", 10, "--clients", 2)
    assert figures["took_ms"]["total"]["p50"] > 0
    assert figures["queries_per_second"] > 0
    (tmp_path / "queries.txt").write_text("lamp\n\nphone\n", "utf-8")
    assert "queries/s" in cli("bench", "--shop", shop, "--queries", tmp_path / "queries.txt", "--count", 10).stdout


def test_version_and_help(cli) -> None:
    assert cli("version").stdout == cli("--version").stdout == f"{__version__}\n"
    assert cli("--help").exit_code == 0
    assert "google_merchant" in cli("import", "--help").stdout


def test_a_demo_is_not_made_over_a_shop(shop) -> None:
    with pytest.raises(ShopError, match="is a shop of another kind"):
        make_demo(shop)
