"""Centring and CSLS, against the formula written out."""

from __future__ import annotations

import numpy as np
import pytest

from shelfwise.types import Float32
from shelfwise.understanding.expansion.vectors import centred, csls, encode_terms, mutual
from tests.understanding.expansion.shops import Meaning


def unit(n: int, seed: int) -> Float32:
    return centred(np.random.default_rng(seed).normal(size=(n, 8)).astype(np.float32))


@pytest.mark.parametrize("k", [1, 3, 50])
def test_csls_is_the_formula(k: int) -> None:
    left, right = unit(7, 1), unit(9, 2)
    cosines = left @ right.T
    for row in range(7):
        for column in range(9):
            r_left = np.sort(cosines[row])[-min(k, 9) :].mean()
            r_right = np.sort(cosines[:, column])[-min(k, 7) :].mean()
            expected = 2 * cosines[row, column] - r_left - r_right
            assert csls(left, right, k)[row, column] == pytest.approx(expected, abs=1e-5)


def test_a_hub_is_no_longer_everyones_nearest() -> None:
    right = np.eye(4, dtype=np.float32)
    hub = np.full((1, 4), 0.5, np.float32)
    left = centred(np.eye(4, dtype=np.float32) + 0.45)
    right = np.concatenate([right, hub])
    assert dict(mutual(csls(left, right, 2))) == {row: row for row in range(4)}


def test_rows_have_length_one_and_mean_nought() -> None:
    rows = unit(20, 3)
    assert np.linalg.norm(rows, axis=1) == pytest.approx(np.ones(20), abs=1e-5)
    assert centred(np.ones((3, 2), np.float32)).tolist() == [[0, 0]] * 3
    assert centred(np.zeros((0, 2), np.float32)).shape == (0, 2)


def test_nothing_is_mutual_in_nothing() -> None:
    assert list(mutual(csls(np.zeros((0, 4), np.float32), unit(3, 1)[:, :4]))) == []


def test_terms_are_encoded_in_order_and_progress_is_told() -> None:
    texts, told = [f"t{number}" for number in range(600)], []
    found = encode_terms(Meaning({}), texts, lambda done, total: told.append((done, total)))
    assert np.array_equal(found, Meaning({}).encode(texts, "product"))
    assert told == [(256, 600), (512, 600), (600, 600)]
