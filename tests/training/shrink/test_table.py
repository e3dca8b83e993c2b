"""Tables of token vectors: made, written, read."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from shelfwise.errors import EncoderError
from shelfwise.language.encoders.exported import load_exported
from shelfwise.training.shrink.table import distil_table, rarity
from shelfwise.training.shrink.teaching import Teaching
from tests.training.export.models import encoder
from tests.training.shrink.test_layers import PRODUCTS, QUERIES

TEACHING = Teaching(epochs=20, batch=16, rate=1e-2)


@pytest.fixture(scope="module", params=["e5", "bert"])
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp(request.param)
    encoder(folder / "model", request.param)
    distil_table(folder / "model", folder / "table", queries=QUERIES, products=PRODUCTS, dim=24, teaching=TEACHING)
    return folder


def test_a_table_stands_as_its_teacher(made: Path) -> None:
    from sentence_transformers import SentenceTransformer

    table = load_exported(made / "table")
    assert table.dim == 24
    vectors = table.encode(QUERIES, "query")
    wanted = SentenceTransformer(str(made / "model"), device="cpu").encode(QUERIES)
    between = np.corrcoef((vectors @ vectors.T).ravel(), (wanted @ wanted.T).ravel())[0, 1]
    assert between > 0.8


def test_the_order_of_words_is_not_seen(made: Path) -> None:
    one, other = load_exported(made / "table").encode(["a 1 b", "b 1 a"], "product")
    np.testing.assert_allclose(one, other, atol=1e-6)


def test_queries_and_products_are_read_alike(made: Path) -> None:
    table = load_exported(made / "table")
    np.testing.assert_array_equal(table.encode(QUERIES, "query"), table.encode(QUERIES, "product"))


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 damaged"])
def test_a_damaged_table_is_an_error(made: Path, tmp_path: Path, content: bytes) -> None:
    for path in (made / "table").iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "table.npz").write_bytes(content)
    with pytest.raises(EncoderError, match=r"table\.npz: not the file"):
        load_exported(tmp_path)


def test_rare_pieces_weigh_more() -> None:
    weights = rarity(np.array([0, 1, 10, 1000], np.float32))
    assert (np.diff(weights) < 0).all()
    assert weights.dtype == np.float32
