"""A run over two engines from end to end, and its report."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.peers.serving import DENSE, FACETED, LEXICAL, TASKS
from benchmarks.speed import report
from benchmarks.speed.compare import Comparison, Limits, Measured, ratio
from benchmarks.speed.engines import OURS, EngineError
from benchmarks.speed.machine import describe

ABOUT = {"products": 400, "dim": 16, "seed": 3, "queries": 12, "rounds": 2, "cores": 1, "date": "2026-01-01"}


def test_a_run_from_end_to_end(feed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def only_sqlite(name: str, out: Path) -> Path:
        import sys

        if name == "bm25s":
            raise EngineError("no such wheel")
        return Path(sys.executable)

    monkeypatch.setattr("benchmarks.speed.compare.python_of", only_sqlite)
    said: list[str] = []
    limits = Limits(build=60, task=10, rounds=2, warm=2)
    measured = Comparison(feed, tmp_path, 12, limits, said.append).run(["sqlite_fts5", "bm25s"])
    ours, sqlite, absent = measured
    assert absent.error == "no such wheel"
    assert set(ours.ms) == set(TASKS)
    assert set(sqlite.ms) == {LEXICAL, FACETED}
    assert [len(part) for part in ours.ms[LEXICAL]] == [6, 6]
    assert ours.recall[DENSE] > 0.9
    assert ours.memory["rss"] > 0
    text = report.as_markdown(measured, {**ABOUT, "machine": describe()})
    assert "bm25s did not take part: no such wheel" in text
    assert text.count("| SQLite FTS5 |") == 3
    assert any(line.startswith("round 2") for line in said)


def test_ratios_are_of_medians_with_the_spread_of_rounds() -> None:
    ours, peer = Measured(OURS), Measured("lancedb")
    ours.ms[LEXICAL] = [[1.0, 1.0, 9.0], [2.0, 2.0, 2.0]]
    peer.ms[LEXICAL] = [[3.0, 3.0, 3.0], [4.0, 4.0, 4.0]]
    assert ratio(peer, ours, LEXICAL) == pytest.approx((2.5, 2, 3))
    assert ratio(peer, ours, DENSE) is None
