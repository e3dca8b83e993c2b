from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shelfwise.errors import InputError
from shelfwise.retrieval import dense
from shelfwise.retrieval.dense import VectorIndex, VectorWriter
from shelfwise.types import Bool, Float32

N, DIM = 6000, 24


def unit(vectors: np.ndarray) -> Float32:  # type: ignore[type-arg]
    return (vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)).astype(np.float32)


def clustered(n: int, seed: int) -> Float32:
    rng = np.random.default_rng(seed)
    centres = np.random.default_rng(0).standard_normal((60, DIM))
    return unit(centres[rng.integers(0, 60, n)] + 0.5 * rng.standard_normal((n, DIM)))


def written(folder: Path, vectors: Float32 | list[Float32 | None], seed: int = 0) -> VectorIndex:
    writer = VectorWriter(folder, seed)
    for vector in vectors:
        writer.add(vector)
    writer.finish()
    return VectorIndex(folder)


@pytest.fixture(scope="module", params=[500, 10**6], ids=["lists", "exact"])
def index(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> object:
    """6,000 clustered vectors: once searched by lists down to 500 allowed rows, once compared one by one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dense, "EXACT", request.param)
        made = written(tmp_path_factory.mktemp("vectors"), clustered(N, 1))
        assert (made._lists is None) == (request.param > N)
        yield made


def masks(kind: str, share: float, query: Float32, vectors: Float32, seed: int) -> Bool:
    """Rows allowed at random, or those nearest to the query, or farthest from it, or on one side of space."""
    if kind == "random":
        return np.random.default_rng(seed).random(len(vectors)) < share
    by = {"near": -(vectors @ query), "far": vectors @ query, "side": vectors[:, 0]}[kind]
    return by <= np.quantile(by, share)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    st.integers(0, 10**6),
    st.sampled_from(["random", "near", "far", "side"]),
    st.sampled_from([0.001, 0.01, 0.1, 0.3, 0.6, 0.9, 1.0]),
)
def test_filters_cost_no_recall(index: VectorIndex, seed: int, kind: str, share: float) -> None:
    vectors, queries = clustered(N, 1), clustered(24, seed)
    hits, wanted = 0, 0
    for query in queries:
        allowed = masks(kind, share, query, vectors, seed)
        rows, scores = index.search(query, 10, None if share == 1.0 else allowed)
        assert allowed[rows].all()
        assert len(set(rows.tolist())) == len(rows) == min(10, allowed.sum())
        assert (np.diff(scores) <= 0).all()
        assert scores == pytest.approx(vectors[rows] @ query, abs=2e-3)
        best = np.sort((vectors @ query)[allowed])[::-1][: len(rows)]
        hits += int((scores >= best[-1] - 1e-3).sum()) if len(best) else 0
        wanted += len(best)
    assert hits >= 0.98 * wanted


def test_vectors_without_groups_are_compared_one_by_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dense, "EXACT", 500)
    vectors = unit(np.random.default_rng(0).standard_normal((3000, 64)))
    index = written(tmp_path, vectors)
    assert index._lists is None, "lists would have to be read nearly all"
    rows, _ = index.search(vectors[7], 1)
    assert rows.tolist() == [7]


def test_the_same_vectors_make_the_same_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dense, "EXACT", 500)
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        written(tmp_path / name, clustered(3000, 1), seed=5)
    files = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert "lists.faiss" in files
    for name in files:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes(), name


def test_rows_without_a_vector_are_never_found(tmp_path: Path) -> None:
    vectors: list[Float32 | None] = list(clustered(20, 1))
    vectors[0] = vectors[7] = vectors[19] = None
    index = written(tmp_path, vectors)
    rows, scores = index.search(clustered(1, 3)[0], 100)
    assert sorted(rows.tolist()) == [row for row in range(20) if row not in (0, 7, 19)]
    assert not np.isnan(scores).any()
    assert np.isnan(index.scores(clustered(1, 3)[0], np.array([0, 1]))).tolist() == [True, False]
    assert index.vector(7) is None
    assert index.search(clustered(1, 3)[0], 5, np.arange(20) == 7)[0].tolist() == []


def test_a_vector_of_another_size_is_refused(tmp_path: Path) -> None:
    writer = VectorWriter(tmp_path, 0)
    writer.add(np.ones(3, np.float32))
    with pytest.raises(InputError, match="row 1: a vector of 2 numbers, expected 3"):
        writer.add(np.ones(2, np.float32))
    writer.close()
