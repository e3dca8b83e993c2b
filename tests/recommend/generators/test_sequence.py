"""What a trained sequence model recommends: known and new products, short histories, damaged files."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from shelfwise.behaviour.base import Profile, Touch
from shelfwise.behaviour.table import EventTable
from shelfwise.errors import InputError, StorageError
from shelfwise.recommend.base import RecommendRequest
from shelfwise.recommend.catalogue import table_of
from shelfwise.recommend.generators.sequence import SequenceGenerator
from shelfwise.types import Product
from tests.recommend.generators.sequences import sequence_of

AT = datetime(2026, 5, 1, tzinfo=UTC)
VECTORS = {"kettle": [1.0, 0.0], "teapot": [0.9, 0.1], "cup": [0.5, 0.5], "knife": [0.0, 1.0]}
NOTHING = EventTable.of([])


def request(*touched: str, **more: object) -> RecommendRequest:
    """touched: the newest first."""
    recent = tuple(Touch(id, "click", AT - timedelta(hours=n)) for n, id in enumerate(touched))
    return replace(RecommendRequest(Profile("ann", AT, recent=recent), AT), **more)  # type: ignore[arg-type]


def model() -> SequenceGenerator:
    return sequence_of(tuple(VECTORS), list(VECTORS.values()))


def product(id: str, category: str = "tea", brand: str | None = None) -> Product:
    return Product(id, id, brand=brand, category=(category,))


def test_scores_are_odds_beside_the_best() -> None:
    found = model().generate(request("kettle", "knife"), 3)
    assert found.ids == ("teapot", "cup"), "what was touched does not come again"
    np.testing.assert_allclose(found.scores["sequence"], np.exp([0, -0.4]), rtol=1e-5)
    assert model().because(request("knife", "kettle"), "teapot").because == "kettle"


def test_the_newest_product_is_the_last_of_the_sequence() -> None:
    assert model().generate(request("knife", "kettle"), 1).ids == ("cup",)
    assert model().generate(request("kettle", "knife"), 1).ids == ("teapot",)
    assert model().generate(request("knife", seeds=("knife", "kettle")), 1).ids == ("teapot",), "the seeds are withheld"


def test_unknown_products_are_passed_over_and_nothing_known_gives_nothing() -> None:
    assert model().generate(request("unknown", "knife"), 1).ids == ("cup",)
    for asked in (request(), request("unknown")):
        assert model().generate(asked, 5).ids == ()
        assert model().because(asked, "cup").because is None


def test_new_products_stand_near_those_with_like_texts() -> None:
    ids = [*VECTORS, "new kettle", "no text"]
    texts = {"kettle": [1, 0], "teapot": [0.8, 0.6], "cup": [0.6, 0.8], "knife": [0, 1], "new kettle": [0.99, 0.1411]}
    catalog = table_of([product(id) for id in ids], lambda id: np.array(texts.get(id, [0, 0]), np.float32))
    opened = model()
    opened.update(NOTHING, catalog)
    found = opened.generate(request("kettle"), 9)
    assert "new kettle" in found.ids
    assert "no text" not in found.ids
    assert opened.generate(request("new kettle"), 9).ids, "it is understood in a history too"


def test_without_texts_they_stand_near_their_category_and_brand() -> None:
    shelf = [product("kettle", "tea", "Ada"), product("teapot", "tea"), product("knife", "cutlery")]
    catalog = table_of([*shelf, product("new", "tea", "Ada"), product("other", "none of these")])
    opened = model()
    opened.update(NOTHING, catalog)
    assert opened.products[-1] == "new"
    np.testing.assert_allclose(opened.vectors[-1], np.mean([[0.95, 0.05], [1, 0]], axis=0), rtol=1e-5)


def test_what_is_gone_can_come_back() -> None:
    opened, all_ = model(), [product(id) for id in VECTORS]
    opened.update(NOTHING, table_of(all_[1:]))
    assert "kettle" not in opened.generate(request("teapot"), 5).ids
    assert opened.generate(request("kettle"), 1).ids == ("teapot",), "it still says what was liked"
    opened.update(NOTHING, table_of(all_))
    assert opened.generate(request("teapot"), 1).ids == ("kettle",)


def test_new_products_are_not_kept_but_made_again(tmp_path: Path) -> None:
    opened = model()
    opened.update(NOTHING, table_of([*(product(id) for id in VECTORS), product("new")]))
    opened.save(tmp_path / "kept")
    assert SequenceGenerator.load(tmp_path / "kept").products == tuple(VECTORS)


def test_it_is_not_fitted() -> None:
    with pytest.raises(InputError, match="not fitted with the others"):
        SequenceGenerator().fit(NOTHING, table_of([]))


@pytest.mark.parametrize("file", ["encoder.onnx", "vectors.npy", "kept.json"])
@pytest.mark.parametrize("damage", [None, b"", b"{}"])
def test_damaged_files_are_named(tmp_path: Path, file: str, damage: bytes | None) -> None:
    model().save(tmp_path / "kept")
    path = tmp_path / "kept" / file
    path.unlink()
    if damage is not None:
        path.write_bytes(damage)
    with pytest.raises(StorageError):
        SequenceGenerator.load(tmp_path / "kept")


def test_vectors_of_another_model_are_refused(tmp_path: Path) -> None:
    model().save(tmp_path / "kept")
    np.save(tmp_path / "kept" / "vectors.npy", np.zeros((9, 2), np.float32))
    with pytest.raises(StorageError, match=r"found vectors \(9, 2\) for 4 products"):
        SequenceGenerator.load(tmp_path / "kept")
