"""A small shop without a language model, and the command line inside this process."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from shelfwise.cli import console
from shelfwise.cli.main import app

FEED = """sku,name,brand,category,price,stock,color
p1,Nova X5 smartphone 128 GB,Nova,Phones,3999,5,black
p2,Nova X5 phone case,Nova,Phone cases,49,90,red
p3,Vega wireless headphones,Vega,Audio,599,12,black
p4,Vega wired headphones,Vega,Audio,199,0,white
p5,Lumen desk lamp,Lumen,Lamps,129,7,white
p6,Lumen floor lamp,Lumen,Lamps,329,3,black
"""
JUDGMENTS = """query,docid,rating
headphones,p3,3
headphones,p4,2
headphones,p1,0
lamp,p5,2
lamp,p6,3
smartphone,p1,3
smartphone,p2,0
submarine,p1,0
"""


@pytest.fixture
def cli(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Runs `shelfwise` with arguments; standard output and error are kept apart."""
    monkeypatch.setenv("COLUMNS", "140")
    for each in (console.output, console.errors):
        monkeypatch.setattr(each, "_width", 140)

    def run(*arguments: object) -> Result:
        return CliRunner().invoke(app, [str(each) for each in arguments], prog_name="shelfwise")

    return run


@pytest.fixture
def parsed(cli: Callable[..., Result]) -> Callable[..., Any]:
    """The same with `--json`: what standard output says."""

    def run(*arguments: object) -> Any:
        done = cli(*arguments, "--json")
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)

    return run


@pytest.fixture
def empty(cli: Callable[..., Result], tmp_path: Path) -> Path:
    """A new shop."""
    folder = tmp_path / "shop"
    assert cli("init", folder, "--encoder", "none", "--currency", "EUR", "--name", "Corner [shop]").exit_code == 0
    return folder


@pytest.fixture
def feed(tmp_path: Path) -> Path:
    """Six products."""
    file = tmp_path / "feed.csv"
    file.write_text(FEED, "utf-8")
    return file


@pytest.fixture
def judgments(tmp_path: Path) -> Path:
    """Four queries, one of them without a positive."""
    file = tmp_path / "judgments.csv"
    file.write_text(JUDGMENTS, "utf-8")
    return file


@pytest.fixture
def shop(cli: Callable[..., Result], empty: Path, feed: Path) -> Path:
    """The six products, indexed."""
    assert cli("import", feed, "--shop", empty).exit_code == 0
    assert cli("index", "--shop", empty).exit_code == 0
    return empty


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A folder, in it an indexed shop, a shop with nothing in it, and judgments. Tests that only read share them."""
    root = tmp_path_factory.mktemp("places")
    found = {"tmp": root, "shop": root / "shop", "empty": root / "empty", "judgments": root / "judgments.csv"}
    (root / "feed.csv").write_text(FEED, "utf-8")
    found["judgments"].write_text(JUDGMENTS, "utf-8")
    for folder in (found["shop"], found["empty"]):
        CliRunner().invoke(app, ["init", str(folder), "--encoder", "none"])
    CliRunner().invoke(app, ["import", str(root / "feed.csv"), "--shop", str(found["shop"])])
    CliRunner().invoke(app, ["index", "--shop", str(found["shop"])])
    return found
