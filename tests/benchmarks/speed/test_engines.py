"""Engines in processes of their own give the answers of a plain reading of the query."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from benchmarks.peers.serving import (
    BRANDS,
    CATEGORIES,
    DENSE,
    DENSE_FILTERED,
    FACETED,
    FULL,
    HYBRID,
    LEXICAL,
    Feed,
    Query,
    rolled_up,
)
from benchmarks.speed.engines import OURS, Engine, EngineError, python_of, requirements, size_of

SQLITE = "sqlite_fts5"


@pytest.fixture(scope="module", params=[OURS, SQLITE])
def engine(request: pytest.FixtureRequest, feed: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    out = tmp_path_factory.mktemp(request.param)
    python = Path(sys.executable)
    with Engine(request.param, python, out / "log") as builder:
        builder.ask(60, do="build", feed=str(feed), into=str(out / "index"))
    assert size_of(out / "index") > 0
    with Engine(request.param, python, out / "log", cores=1) as server:
        server.ask(60, do="open", feed=str(feed), folder=str(out / "index"))
        yield server


def _ask(engine: Engine, task: str, seconds: float = 30.0) -> dict[str, Any]:
    return engine.ask(60, do="search", task=task, series="ask", numbers=list(range(12)), knob=0, seconds=seconds)


def _matching(feed: Path, query: Query, filtered: bool) -> list[dict[str, Any]]:
    found = []
    for line in (feed / "products.jsonl").read_text().splitlines():
        product = json.loads(line)
        words = f"{product['title']} {product['description']}".split()
        fits = query.low <= product["price"] <= query.high and (not query.brands or product["brand"] in query.brands)
        if set(words) & set(query.text.split()) and (fits or not filtered):
            found.append(product)
    return found


@pytest.mark.parametrize("task", [LEXICAL, FACETED])
def test_any_word_matches_and_filters_hold(engine: Engine, feed: Path, task: str) -> None:
    answer = _ask(engine, task)
    assert len(answer["ms"]) == len(answer["cpu_ms"]) == len(answer["rows"]) == 12
    for query, rows in zip(Feed(feed).queries("ask"), answer["rows"], strict=True):
        matching = {product["row"] for product in _matching(feed, query, task == FACETED)}
        assert len(rows) == min(10, len(matching))
        assert set(rows) <= matching


def test_facets_count_the_whole_match_set(engine: Engine, feed: Path) -> None:
    answer = _ask(engine, FACETED)
    for query, found in zip(Feed(feed).queries("ask"), answer["facets"], strict=True):
        matching = _matching(feed, query, filtered=True)
        facets = {name: {value: n for value, n in counts.items() if n} for name, counts in found.items()}
        brands = Counter(product["brand"] for product in matching)
        categories = rolled_up(Counter(product["category"][-1] for product in matching))
        for counts, right, shown in ((facets["brand"], brands, BRANDS), (facets["category"], categories, CATEGORIES)):
            assert counts.items() <= right.items()
            assert len(counts) >= min(shown, len(right))
        bars = Counter(f"{product['price'] // query.step * query.step:g}" for product in matching)
        assert facets["price"] == bars


def test_time_bounds_an_answer(engine: Engine) -> None:
    assert len(_ask(engine, LEXICAL, seconds=0.0)["ms"]) == 1


def test_memory_is_that_of_the_process(engine: Engine) -> None:
    memory = engine.memory()
    assert 0 < memory["own"] <= memory["rss"] <= memory["peak"]


def test_errors_come_back_and_the_engine_goes_on(engine: Engine) -> None:
    with pytest.raises(EngineError, match="KeyError"):
        engine.ask(60, do="search", task=LEXICAL, series="unknown", numbers=[0], knob=0, seconds=1)
    assert _ask(engine, LEXICAL)["rows"]


def test_ours_finds_the_nearest(feed: Path, tmp_path: Path) -> None:
    import numpy as np

    with Engine(OURS, Path(sys.executable), tmp_path / "log") as ours:
        ours.ask(60, do="build", feed=str(feed), into=str(tmp_path / "index"))
        ours.ask(60, do="open", feed=str(feed), folder=str(tmp_path / "index"))
        for task, kind in ((DENSE, "all"), (DENSE_FILTERED, "filtered")):
            right = np.load(feed / "ask.npz")[kind]
            for rows, expected in zip(_ask(ours, task)["rows"], right, strict=True):
                assert len(set(rows) & set(expected.tolist())) >= (expected >= 0).sum() - 1  # half precision may tie
        for task in (HYBRID, FULL):
            counts = [len(rows) for rows in _ask(ours, task)["rows"]]
            assert counts == (np.load(feed / "ask.npz")["filtered"] >= 0).sum(axis=1).tolist()


def test_an_engine_that_hangs_or_ends_is_given_up(tmp_path: Path) -> None:
    late = pytest.raises(EngineError, match="not done after 0 s")
    with Engine(SQLITE, Path(sys.executable), tmp_path / "log") as engine, late:
        engine.ask(0, do="build", feed="nowhere", into=str(tmp_path / "index"))
    with Engine("no_such_peer", Path(sys.executable), tmp_path / "log") as engine, pytest.raises(EngineError):
        engine.ask(30, do="build", feed="nowhere", into="nowhere")


def test_every_peer_is_pinned() -> None:
    from benchmarks.speed.engines import PEERS

    for name in PEERS:
        lines = [line for line in requirements(name).read_text().splitlines() if not line.startswith("#")]
        assert all("==" in line for line in lines)
    assert python_of(OURS, Path()) == Path(sys.executable)


def test_bars_of_the_price_histogram_are_round() -> None:
    from array import array

    query = Query("a", array("f"), 37.5, 150.0, ())
    assert query.step == 20
    assert query.bars() == [20, 40, 60, 80, 100, 120, 140]
    assert Query("a", array("f"), 0.6, 2.4, ()).step == 0.5
