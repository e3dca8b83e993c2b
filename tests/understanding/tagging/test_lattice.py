"""The best path and the mean of models, against brute force."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shelfwise.understanding.tagging.base import Span
from shelfwise.understanding.tagging.lattice import FLOOR, Lattice, best_path, mean
from shelfwise.understanding.tagging.units import split

LABELS = ("O", "B-x", "I-x", "E-x", "S-x", "B-y", "E-y")


def _whole(path: tuple[int, ...]) -> bool:
    """Whether every span is begun and ended."""
    inside = ""
    for label in (LABELS[at] for at in path):
        if (label[0] in "IE" and label[2:] != inside) or (label[0] in "OBS" and inside):
            return False
        inside = label[2:] if label[0] in "BI" else ""
    return not inside


def _marginals(seed: int, size: int) -> np.ndarray:
    return np.random.default_rng(seed).dirichlet(np.full(len(LABELS), 0.5), size)


@given(st.integers(0, 10_000), st.integers(1, 4))
def test_the_best_path_is_the_best_of_all(seed: int, size: int) -> None:
    logs = np.log(np.maximum(_marginals(seed, size), 1e-12))
    paths = [path for path in product(range(len(LABELS)), repeat=size) if _whole(path)]
    best = max(sum(logs[row, at] for row, at in enumerate(path)) for path in paths)
    found = best_path(_marginals(seed, size), LABELS)
    assert _whole(tuple(found))
    assert sum(logs[row, at] for row, at in enumerate(found)) == pytest.approx(best)


def test_no_units() -> None:
    assert Lattice((), LABELS, np.zeros((0, len(LABELS)))).spans() == []


def test_spans_and_their_confidence() -> None:
    marginals = np.full((3, len(LABELS)), 0.01)
    marginals[0, 1], marginals[1, 3], marginals[2, 0] = 0.9, 0.8, 0.9
    (span,) = Lattice(tuple(split("手机 盘")), LABELS, marginals).spans()
    assert span == Span(0, 2, "x")
    assert span.confidence == pytest.approx(0.8)


def test_the_mean_by_hand() -> None:
    units = tuple(split("盘"))
    first = Lattice(units, ("O", "S-x"), np.array([[0.2, 0.8]]))
    second = Lattice(units, ("S-x", "O", "S-y"), np.array([[0.2, 0.7, 0.1]]))
    both = mean([first, second])
    assert both.labels == ("O", "S-x")
    o, x = np.sqrt(0.2 * 0.7), np.sqrt(0.8 * 0.2)
    assert both.marginals[0] == pytest.approx([o / (o + x), x / (o + x)])
    alone = mean([first, Lattice(units, ("O",), np.array([[1.0]]))])
    assert alone.marginals[0, 1] == pytest.approx(np.sqrt(0.8 * FLOOR) / (np.sqrt(0.8 * FLOOR) + np.sqrt(0.2)))
