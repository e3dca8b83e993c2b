from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from shelfwise.errors import CorruptIndexError
from shelfwise.language.encoders.fake import FakeEncoder
from shelfwise.retrieval.centring import FILE, MOST, QueryCentre, QueryCentreBuilder, common_queries

VECTORS = hnp.arrays(np.float32, 6, elements=st.floats(-1, 1, width=16)).filter(lambda v: np.linalg.norm(v) > 0.1)


def unit(vector: Any) -> Any:
    return (vector / np.linalg.norm(vector)).astype(np.float32)


def test_by_hand() -> None:
    centre = QueryCentre({"en": np.array([1, 0], np.float32)}, 0.5)
    # (0.6, 0.8) − 0.5·(1, 0) = (0.1, 0.8), of length √0.65
    found = centre(np.array([0.6, 0.8], np.float32), "en")
    np.testing.assert_allclose(found, np.array([0.1, 0.8]) / np.sqrt(0.65), rtol=1e-6)


@given(VECTORS, VECTORS, st.floats(0, 0.9))
def test_the_formula(vector: Any, mean: Any, strength: float) -> None:
    vector, mean = unit(vector), unit(mean)
    moved = vector.astype(np.float64) - strength * mean.astype(np.float64)
    found = QueryCentre({"en": mean}, strength)(vector, "en")
    assert found.dtype == np.float32
    assert float(np.linalg.norm(found)) == pytest.approx(1, abs=1e-5)
    if np.linalg.norm(moved) > 0.05:
        np.testing.assert_allclose(found, moved / np.linalg.norm(moved), atol=1e-4)


@given(VECTORS)
def test_nothing_is_changed_without_a_mean_or_a_strength(vector: Any) -> None:
    vector = unit(vector)
    assert QueryCentre({})(vector, "en") is vector
    assert QueryCentre({"en": vector})(vector, "zh") is vector
    np.testing.assert_allclose(QueryCentre({"en": np.ones(6, np.float32)}, 0.0)(vector, "en"), vector, atol=1e-6)


def test_the_mean_itself_taken_out_of_itself() -> None:
    vector = np.array([0, 1], np.float32)
    assert QueryCentre({"en": vector}, 1.0)(vector, "en") is vector  # nothing would be left of it


def test_queries_that_share_much_come_apart() -> None:
    rng = np.random.default_rng(5)
    common = unit(rng.normal(size=32))
    queries = np.stack([unit(2 * common + unit(rng.normal(size=32))) for _ in range(20)])
    centre = QueryCentre({"en": queries.mean(axis=0)}, 0.9)
    moved = np.stack([centre(query, "en") for query in queries])
    others = ~np.eye(20, dtype=bool)
    assert (moved @ moved.T)[others].mean() < (queries @ queries.T)[others].mean() - 0.2


def test_written_and_read(tmp_path: Path) -> None:
    encoder = FakeEncoder(16)
    QueryCentreBuilder(encoder).write(tmp_path)
    centre = QueryCentre.open(tmp_path, 0.5)
    vector = encoder.encode(["red shoes"], "query")[0]
    for language, texts in common_queries().items():
        mean = encoder.encode(texts, "query").mean(axis=0)
        np.testing.assert_allclose(centre(vector, language), unit(vector - 0.5 * mean), atol=1e-6)


def test_without_an_encoder_there_is_no_centre(tmp_path: Path) -> None:
    QueryCentreBuilder(None).write(tmp_path)
    assert list(tmp_path.iterdir()) == []
    vector = np.array([0.6, 0.8], np.float32)
    assert QueryCentre.open(tmp_path)(vector, "en") is vector


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"not a file of arrays")
    with pytest.raises(CorruptIndexError, match=FILE):
        QueryCentre.open(tmp_path)


def test_common_queries_are_of_their_language() -> None:
    found = common_queries()
    assert set(found) == {"en", "zh"}
    assert all(text.isascii() for text in found["en"])
    assert not any(text.isascii() for text in found["zh"])
    for texts in found.values():
        assert 100 < len(texts) == len(set(texts)) <= MOST


def test_the_encoder_is_asked_for_queries(tmp_path: Path) -> None:
    kinds: set[str] = set()

    class Noting(FakeEncoder):
        def encode(self, texts: Sequence[str], kind: Any) -> Any:
            kinds.add(kind)
            return super().encode(texts, kind)

    QueryCentreBuilder(Noting(8)).write(tmp_path)
    assert kinds == {"query"}
