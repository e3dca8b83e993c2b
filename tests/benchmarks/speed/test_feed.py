"""The right answers are right: held against a plain loop over all products."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.peers.serving import Feed
from benchmarks.speed.feed import TOP, nearest, recall, write_feed
from benchmarks.speed.workload import Catalogue


def _products(feed: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (feed / "products.jsonl").read_text().splitlines()]


def _passes(product: dict[str, Any], query: Any) -> bool:
    return query.low <= product["price"] <= query.high and (not query.brands or product["brand"] in query.brands)


@pytest.mark.parametrize("kind", ["all", "filtered"])
def test_nearest_rows_are_those_of_a_plain_loop(feed: Path, kind: str) -> None:
    products = _products(feed)
    vectors = np.fromfile(feed / "vectors.f32", np.float32).reshape(len(products), -1)
    right = np.load(feed / "ask.npz")[kind]
    for query, rows in zip(Feed(feed).queries("ask"), right, strict=True):
        allowed = [p["row"] for p in products if kind == "all" or _passes(p, query)]
        scores = {row: float(vectors[row] @ np.array(query.vector, np.float32)) for row in allowed}
        expected = sorted(allowed, key=scores.__getitem__, reverse=True)[:TOP]
        assert [scores[row] for row in rows if row >= 0] == pytest.approx([scores[row] for row in expected], abs=1e-6)
        assert (rows >= 0).sum() == len(expected)


def test_blocks_do_not_change_the_answer() -> None:
    rng = np.random.default_rng(0)
    stored, asked = rng.standard_normal((57, 6)).astype(np.float32), rng.standard_normal((5, 6)).astype(np.float32)
    masks = [rng.random(57) < 0.3 for _ in asked]
    assert np.array_equal(nearest(stored, asked, masks, block=7), nearest(stored, asked, masks, block=1000))


def test_fewer_than_ten_are_filled_with_nothing() -> None:
    stored = np.eye(4, dtype=np.float32)
    mask = np.array([True, False, True, False])
    assert nearest(stored, stored[:1], [mask])[0].tolist() == [0, 2] + [-1] * 8


def test_recall_counts_right_rows_only() -> None:
    assert recall([1, 2, 3], [3, 4, -1]) == 0.5
    assert recall([], [-1, -1]) == 1.0


def test_a_feed_is_written_once(tmp_path: Path) -> None:
    catalogue = Catalogue(20, 4)
    write_feed(tmp_path, catalogue, {"tune": 2, "ask": 2})
    (tmp_path / "products.jsonl").write_text("kept")
    write_feed(tmp_path, catalogue, {"tune": 2, "ask": 2})
    assert (tmp_path / "products.jsonl").read_text() == "kept"
    write_feed(tmp_path, Catalogue(21, 4), {"tune": 2, "ask": 2})
    assert len(_products(tmp_path)) == 21
