"""Tables of token vectors: made, written, read."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from shelfwise.errors import EncoderError, InputError
from shelfwise.language.encoders.exported import load_exported
from shelfwise.training.shrink.table import distil_table, fit, rarity
from tests.training.export.models import encoder
from tests.training.shrink.test_layers import PRODUCTS, QUERIES


@pytest.fixture(scope="module", params=["e5", "bert"])
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp(request.param)
    encoder(folder / "model", request.param)
    distil_table(folder / "model", folder / "table", queries=QUERIES, products=PRODUCTS, dim=24)
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


def test_the_fit_is_the_one_of_least_squares() -> None:
    """Against the normal equations, solved densely: E of all texts at once."""
    rng = np.random.default_rng(0)
    counts = csr_matrix(rng.integers(0, 3, size=(30, 7)).astype(np.float32))
    weights = rng.uniform(0.2, 1, 7).astype(np.float32)
    words, wanted = (rng.normal(size=shape).astype(np.float32) for shape in ((7, 4), (30, 3)))
    found = fit(counts, weights, words, wanted, steady=0.5)
    x = counts.toarray() * weights
    x /= x.sum(axis=1, keepdims=True)
    z = x @ words
    first = words @ np.linalg.solve(z.T @ z + 1e-3 * np.eye(4), z.T @ wanted)
    moved = np.linalg.solve(x.T @ x + 0.5 * np.eye(7), x.T @ (wanted - x @ first))
    np.testing.assert_allclose(found, first + moved, atol=1e-4)


def test_a_token_that_no_text_has_keeps_its_first_row() -> None:
    counts = csr_matrix(np.array([[1, 0, 0], [0, 2, 0], [1, 1, 0]], np.float32))
    words = np.ones((3, 2), np.float32)  # alike, so that all rows begin alike
    wanted = np.array([[1, 0], [0, 1], [-1, 2]], np.float32)
    loose, tight = (fit(counts, np.ones(3, np.float32), words, wanted, steady) for steady in (0.01, 100.0))
    np.testing.assert_allclose(loose[2], tight[2], atol=1e-5)
    assert np.abs(loose[0] - tight[0]).max() > 1e-3


def test_without_texts_nothing_is_learnt(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No texts to learn from"):
        distil_table(tmp_path, tmp_path / "table", queries=(), products=())
