"""`shelfwise models`: what it prints, what it refuses, and its exit status."""

from __future__ import annotations

import itertools
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from shelfwise.cli import models
from shelfwise.language.models.card import Card
from shelfwise.language.models.names import store_of
from shelfwise.shop import Shop
from shelfwise.types import Product
from tests.language.models.tiny import WORDS, tiny_version

Run = Callable[..., Result]
PRODUCTS = [Product(f"p{n}", " ".join(pair)) for n, pair in enumerate(itertools.combinations(WORDS[:12], 2))]


@pytest.fixture(autouse=True)
def _as_quick_as_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models, "_step_back", lambda: None)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A shop served by ours@0001, which knows few words; ours@0002 knows all."""
    folder = tmp_path_factory.mktemp("models") / "shop"
    with Shop.create(folder, {"encoder.kind": "fake", "shop.name": "tiny"}) as shop:
        shop.upsert(PRODUCTS)
        shop.index()
    tiny_version(folder, seed=1, mute=10)
    tiny_version(folder, seed=1)
    with store_of(folder).create("pairs") as building:
        Card("cross-encoder", base="minilm").write(building)
    return folder


@pytest.fixture
def shop(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "shop", symlinks=True))


@pytest.fixture
def judgments(tmp_path: Path) -> Path:
    file = tmp_path / "judgments.csv"
    file.write_text("query,docid,rating\n" + "".join(f"{p.title},{p.id},2\n" for p in PRODUCTS[:30]))
    return file


def test_from_the_first_look_to_the_way_back(cli: Run, parsed: Callable[..., Any], shop: Path, judgments: Path) -> None:
    listed = parsed("models", "list", "--shop", shop)
    assert [(row["model"], row["version"], row["kind"], row["promoted"]) for row in listed] == [
        ("ours", "0001", "encoder", False),
        ("ours", "0002", "encoder", False),
        ("pairs", "0001", "cross-encoder", False),
    ]  # fmt: skip
    assert parsed("models", "show", "ours@1", "--shop", shop)["version"] == "0001"
    assert parsed("models", "promote", "ours@1", "--force", "--shop", shop)["promoted"] is True

    compared = parsed("models", "compare", "ours@2", "--judgments", judgments, "--shop", shop)
    assert compared["better"] is True
    assert compared["comparison"]["ndcg@10"]["better"] > 10
    again = parsed("models", "compare", "ours@1", "--judgments", judgments, "--against", "ours@2", "--shop", shop)
    assert again["better"] is False
    assert "worse beyond noise" in again["reason"]

    promoted = parsed("models", "promote", "ours@2", "--judgments", judgments, "--shop", shop)
    assert (promoted["model"], promoted["promoted"], promoted["generation"]) == ("ours@0002", True, "0003")
    rows = {row["version"]: row for row in parsed("models", "list", "--shop", shop) if row["model"] == "ours"}
    assert [rows["0002"]["promoted"], rows["0002"]["used by"]] == [True, "the settings"]
    assert rows["0001"]["used by"] == "generation 0002"
    assert parsed("models", "rollback", "ours", "--shop", shop)["generation"] == "0002"
    assert 'model = "ours@0001"' in (shop / "shelfwise.toml").read_text()
    refused = cli("models", "delete", "ours@2", "--shop", shop)
    assert refused.exit_code == 1
    assert "ours@0002 is used by generation 0003" in refused.stderr


def test_what_is_not_better_is_not_promoted(cli: Run, shop: Path, judgments: Path) -> None:
    assert cli("models", "promote", "ours@2", "--force", "--shop", shop).exit_code == 0
    before = (shop / "shelfwise.toml").read_text()
    done = cli("models", "promote", "ours@1", "--judgments", judgments, "--shop", shop)
    assert done.exit_code == 1
    assert "worse beyond noise: ndcg@10" in done.stderr
    assert "ours@0001 was not promoted" in done.stdout
    assert (shop / "shelfwise.toml").read_text() == before
    done = cli("models", "promote", "ours@1", "--judgments", judgments, "--shop", shop, "--json")
    assert done.exit_code == 1
    assert json.loads(done.stdout)["promoted"] is False
    assert cli("models", "promote", "ours@1", "--judgments", judgments, "--force", "--shop", shop).exit_code == 0
    assert 'model = "ours@0001"' in (shop / "shelfwise.toml").read_text()


def test_tables(cli: Run, shop: Path, judgments: Path, tmp_path: Path) -> None:
    assert "cross-encoder" in cli("models", "list", "--shop", shop).stdout
    assert "base" in cli("models", "show", "pairs", "--shop", shop).stdout
    feed = tmp_path / "feed.csv"
    feed.write_text("id,title\n" + "".join(f"{p.id},{p.title}\n" for p in PRODUCTS))
    arguments = ("--judgments", judgments, "--catalog", feed, "--per-query", "--shop", shop)
    done = cli("models", "compare", "ours@2", *arguments, "--against", "ours@1")
    assert done.exit_code == 0, done.output
    assert "ndcg@10" in done.stdout
    assert "better beyond noise" in done.stdout
    assert PRODUCTS[3].title in done.stdout


def test_what_does_not_serve_is_made_the_current_one(parsed: Callable[..., Any], shop: Path) -> None:
    assert parsed("models", "promote", "pairs", "--force", "--shop", shop)["promoted"] is True
    assert store_of(shop).current("pairs") == "0001"
    with Shop.open(shop) as opened:
        assert opened.settings.encoder.kind == "fake"


def test_deleted(cli: Run, shop: Path) -> None:
    assert cli("models", "delete", "ours@1", "--shop", shop).exit_code == 0
    assert store_of(shop).versions("ours") == ("0002",)


REFUSED: dict[str, tuple[list[str], int, str]] = {
    "no judgments": (["promote", "ours"], 2, "--judgments"),
    "no such model": (["promote", "theirs", "--force"], 1, "no model 'theirs'; found ours, pairs"),
    "no such version": (["promote", "ours@9", "--force"], 1, "no version '9'; found 0001, 0002"),
    "no card": (["show", "theirs"], 1, "no model 'theirs'"),
    "a path": (["show", "../x"], 1, "found the name '../x'"),
    "not in service": (["rollback", "ours"], 1, "ours is not in service: that is fake-256"),
    "whole model": (["delete", "ours"], 1, "expected NAME@VERSION"),
    "nothing exported": (["compare", "pairs", "--judgments", "{judgments}"], 1, "no folder 'onnx'"),
    "metric": (["compare", "ours", "--judgments", "{judgments}", "--metric", "beauty"], 1, "found 'beauty'"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(cli: Run, shop: Path, judgments: Path, name: str) -> None:
    arguments, status, message = REFUSED[name]
    given = [each.format(judgments=judgments) for each in arguments]
    done = cli("models", *given, "--shop", shop)
    assert done.exit_code == status
    assert message in done.output


@pytest.mark.parametrize("command", [("promote", "ours", "--force"), ("rollback", "ours")])
def test_an_encoder_named_by_the_environment(
    cli: Run, shop: Path, command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHELFWISE__ENCODER__KIND", "fake")
    done = cli("models", *command, "--shop", shop)
    assert done.exit_code == 1
    assert "SHELFWISE__ENCODER__KIND names the encoder" in done.stderr
