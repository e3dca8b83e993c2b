"""Histories, their changes, their batches and the co-occurrence of their items."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shelfwise.training.sequences.batches import batches
from shelfwise.training.sequences.histories import Histories
from shelfwise.training.sequences.spectral import cooccurrence, spectral_vectors

LISTS = st.lists(st.lists(st.integers(1, 9), max_size=7), min_size=1, max_size=6)


def lists_of(histories: Histories) -> list[list[int]]:
    return [part.tolist() for part in np.split(histories.items, histories.starts[1:-1])]


@given(LISTS, st.integers(1, 3))
def test_parts_of_histories_are_those_of_lists(lists: list[list[int]], last: int) -> None:
    histories = Histories.of(lists, 9)
    assert lists_of(histories.before(last)) == [items[: max(0, len(items) - last)] for items in lists]
    assert histories.last(last).tolist() == [items[-last] if len(items) >= last else 0 for items in lists]
    padded = histories.padded(np.arange(len(lists)), 4)
    assert [[item for item in row if item] for row in padded.tolist()] == [items[-4:] for items in lists]


@given(LISTS, st.data())
def test_some_histories_lose_their_last_item(lists: list[list[int]], data: st.DataObject) -> None:
    histories = Histories.of(lists, 9)
    rows = np.array(data.draw(st.lists(st.integers(0, len(lists) - 1), unique=True)), np.int64)
    expected = [items[:-1] if place in rows else items for place, items in enumerate(lists)]
    assert lists_of(histories.without_last(rows)) == expected
    assert [items for items in lists_of(histories.only(rows)) if items] == [lists[row] for row in rows if lists[row]]


def test_a_batch_has_the_next_items_at_each_place() -> None:
    histories = Histories.of([[1, 2, 3, 4], [5], [6, 7]], 7)
    (batch,) = batches(histories, np.random.default_rng(0), size=4, length=50)
    assert {tuple(row) for row in batch.inputs.tolist()} == {(1, 2, 3), (6, 7, 0)}
    items = batch.inputs.ravel()[batch.places]
    assert dict(zip(items.tolist(), batch.targets.tolist(), strict=True)) == {1: 2, 2: 3, 3: 4, 6: 7}


def test_long_histories_give_windows_of_the_given_length() -> None:
    histories = Histories.of([list(range(1, 101))], 100)
    starts = {
        int(next(batches(histories, np.random.default_rng(seed), size=1, length=10)).inputs[0, 0]) for seed in range(40)
    }
    assert len(starts) > 10
    assert min(starts) >= 1
    assert max(starts) <= 90


def test_cooccurrence_is_that_of_a_loop() -> None:
    lists = [[1, 2, 3], [2, 1], [3, 4, 1]]
    expected = np.zeros((5, 5))
    count = np.bincount([item for items in lists for item in items], minlength=5)
    for items in lists:
        for i, a in enumerate(items):
            for j, b in enumerate(items):
                if i != j:
                    expected[a, b] += 0.8 ** (abs(i - j) - 1) / np.sqrt(count[a] * count[b])
    np.testing.assert_allclose(cooccurrence(Histories.of(lists, 4)).toarray(), expected, rtol=1e-5)


def test_spectral_vectors_span_the_leading_eigenvectors() -> None:
    rng = np.random.default_rng(0)
    histories = Histories.of([rng.permutation(np.arange(1, 31))[:6].tolist() for _ in range(200)], 30)
    vectors = spectral_vectors(histories, 4, rng, rounds=60)
    matrix = cooccurrence(histories).toarray()
    leading = np.linalg.eigh(matrix)[1][:, -4:]
    assert np.mean(vectors[1:] ** 2) == pytest.approx(1, rel=1e-3)
    np.testing.assert_allclose(leading @ (leading.T @ vectors), vectors, atol=0.02)
