from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from shelfwise.cli.main import Commands
from shelfwise.cli.training_data import data
from shelfwise.shop import Shop
from shelfwise.training.data.examples import read_examples
from shelfwise.types import Review

app = typer.Typer(cls=Commands)
app.command("data")(data)
app.command("other")(lambda: None)  # a group, so that errors are messages
NAMES = ("card.json", "card.md", "test.jsonl", "train.jsonl", "valid.jsonl")


def call(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["data", *map(str, arguments)])


@pytest.fixture
def feed(tmp_path: Path) -> Path:
    path = tmp_path / "feed.csv"
    rows = [f"p{row},Lamp {row},Bright light number {row} for a room,Lux,A{row}00\n" for row in range(60)]
    path.write_text("id,title,description,brand,sku\n" + "".join(rows), "utf-8")
    return path


@pytest.fixture
def judgments(tmp_path: Path) -> Path:
    path = tmp_path / "judgments.csv"
    path.write_text("query,docid,rating\n" + "".join(f"room {row},p{row},3\n" for row in range(60)), "utf-8")
    return path


def test_examples_of_a_feed_and_judgments(tmp_path: Path, feed: Path, judgments: Path) -> None:
    done = call("--catalog", feed, "--judgments", judgments, "--out", tmp_path / "out", "--exact")
    assert done.exit_code == 0, done.output
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == list(NAMES)
    assert {each.source for each in read_examples(tmp_path / "out" / "train.jsonl")} == {"catalog", "judgments"}
    assert "from judgments" in done.output


def test_the_card_as_json_and_the_same_again(tmp_path: Path, feed: Path, judgments: Path) -> None:
    options = ("--catalog", feed, "--judgments", judgments, "--no-catalog-pairs", "--json")
    cards = [json.loads(call(*options, "--out", tmp_path / name, "--seed", 4).stdout) for name in "ab"]
    assert cards[0] == cards[1]
    assert cards[0]["found"] == {"judgments": 60}
    assert cards[0]["seed"] == 4
    assert (tmp_path / "a" / "train.jsonl").read_bytes() == (tmp_path / "b" / "train.jsonl").read_bytes()


def test_products_and_reviews_of_a_shop(tmp_path: Path, feed: Path) -> None:
    with Shop.create(tmp_path / "shop") as shop:
        shop.catalog.load(feed)
        reviews = [Review(f"r{row}", f"p{row}", 5, f"my cat likes it, it is number {row}", "en") for row in range(60)]
        shop.catalog.store.add_reviews(reviews)
    done = call("--shop", tmp_path / "shop", "--out", tmp_path / "out", "--exact", "--json")
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)["found"]
    assert found["reviews"] == 60
    assert found["catalog"] > 60


def test_questions_alone_need_no_catalogue(tmp_path: Path) -> None:
    path = tmp_path / "pairs.csv"
    rows = "".join(f"q{row},fits number {row}?,yes {row},1,p{row}\n" for row in range(60))
    path.write_text("qid,question,candidate,label,asin\n" + rows, "utf-8")
    assert call("--pairs", path, "--out", tmp_path / "out").exit_code == 0


@pytest.mark.parametrize(
    ("options", "status", "message"),
    [
        ((), 2, "found nothing to read"),
        (("--judgments", "feed.csv"), 2, "give --shop or --catalog"),
        (("--shop", "a", "--catalog", "b"), 2, "expected one of both"),
        (("--catalog", "feed.csv", "--valid", "0.6", "--test", "0.6"), 1, "expected a sum below 1"),
        (("--catalog", "feed.csv", "--split", "time"), 1, "have no time"),
        (("--catalog", "none.csv"), 1, "no such file"),
        (("--pairs", "feed.csv"), 1, "expected a column named question"),
    ],
)
def test_wrong_use_and_bad_input(
    feed: Path, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...], status: int, message: str
) -> None:
    monkeypatch.chdir(feed.parent)
    monkeypatch.setenv("COLUMNS", "300")
    done = call(*options, "--out", "out")
    assert done.exit_code == status
    assert message in done.output
    assert not Path("out").exists()
