"""An export beside its reference: figures worked by hand, and against SciPy."""

from __future__ import annotations

from itertools import count
from pathlib import Path

import numpy as np
import orjson
import pytest
from scipy.stats import spearmanr

from shelfwise.errors import InputError
from shelfwise.language.base import TextKind
from shelfwise.language.encoders.fake import FakeEncoder
from shelfwise.training.export.parity import compare, spearman
from shelfwise.types import Float32, Product

PRODUCTS = ["red shoes", "blue shoes", "red phone", "blue phone case", "手机 壳"]
QUERIES = ["red", "blue phone", "手机"]
QRELS = {"red": {"0": 3, "1": 0}, "blue phone": {"3": 3, "2": 1}}
CATALOG = [Product(id=str(row), title=title) for row, title in enumerate(PRODUCTS)]


class Blunt(FakeEncoder):
    """Takes red for blue."""

    def encode(self, texts: list[str], kind: TextKind) -> Float32:  # type: ignore[override]
        return super().encode([text.replace("red", "blue") for text in texts], kind)


def ticks():  # type: ignore[no-untyped-def]
    numbers = count()
    return lambda: next(numbers) / 1000


def test_the_same_encoder_loses_nothing() -> None:
    same = FakeEncoder()
    found = compare(same, same, queries=QUERIES, products=PRODUCTS, clock=ticks(), qrels=QRELS, catalog=CATALOG)
    assert found.cosine_min == pytest.approx(1)
    assert found.rank_correlation == pytest.approx(1)
    assert found.speed_up == pytest.approx(1)
    assert {name: each.lost for name, each in found.lost.items()} == {"ndcg@10": 0, "pool_ndcg@10": 0}


def test_a_blunt_encoder_loses() -> None:
    found = compare(
        Blunt(), FakeEncoder(), queries=QUERIES, products=PRODUCTS, clock=ticks(), qrels=QRELS, catalog=CATALOG
    )
    assert found.cosine_min < 0.8
    assert found.rank_correlation < 1
    assert found.lost["ndcg@10"].lost > 0
    assert found.lost["ndcg@10"].lost == pytest.approx(found.lost["ndcg@10"].reference - found.lost["ndcg@10"].exported)


def test_figures_go_into_files(tmp_path: Path) -> None:
    found = compare(
        Blunt(), FakeEncoder(), queries=QUERIES, products=PRODUCTS, clock=ticks(), sizes=(1_000_000, 4_000_000)
    )
    found.write(tmp_path)
    said = orjson.loads((tmp_path / "parity.json").read_bytes())
    assert said["cosine_mean"] == pytest.approx(found.cosine_mean)
    assert said["speed_exported"]["texts_per_second"] == pytest.approx(len(PRODUCTS) * 1000)
    assert "| size, MB | 4.0 | 1.0 |" in (tmp_path / "parity.md").read_text("utf-8")


def test_other_widths_have_no_cosine() -> None:
    found = compare(FakeEncoder(64), FakeEncoder(), queries=QUERIES, products=PRODUCTS, clock=ticks())
    assert np.isnan(found.cosine_mean)
    assert found.rank_correlation > 0.9


def test_spearman_is_scipys() -> None:
    rng = np.random.default_rng(0)
    one, other = rng.integers(0, 5, size=(2, 4, 9)).astype(np.float32)
    wanted = [spearmanr(a, b).statistic for a, b in zip(one, other, strict=True)]
    np.testing.assert_allclose(spearman(one, other), wanted, atol=1e-12)


def test_too_few_texts() -> None:
    with pytest.raises(InputError, match="0 queries and 1 products, expected at least 1 and 2"):
        compare(FakeEncoder(), FakeEncoder(), queries=[], products=["a"], clock=ticks())
