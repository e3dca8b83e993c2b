"""The growth study at a toy size, and its plot."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.speed import growth
from benchmarks.speed.growth import Point, Study


def test_a_size_is_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(growth, "WARM", 2)
    monkeypatch.setattr(growth, "QUERIES", 5)
    point = growth.measure(300, Study(tmp_path, 16, 1, 60.0), lambda _: None)
    assert point.products == 300
    assert 0 < point.p50 <= point.p99
    assert point.disk_mb > 0
    assert not (tmp_path / "indexes" / "growth-300").exists()


def test_the_same_figures_give_the_same_plot(tmp_path: Path) -> None:
    points = [Point(n, 8, n / 1e4, 100, n / 1e3, 90, 50, n / 1e4, n / 1e3, n / 1e4) for n in (10_000, 100_000)]
    growth.plot(points, tmp_path / "a.svg")
    growth.plot(points, tmp_path / "b.svg")
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()
    assert growth.as_markdown(points).count("\n") == 4
