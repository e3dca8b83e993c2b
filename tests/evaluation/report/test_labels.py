"""The page about labels."""

from __future__ import annotations

import re

import numpy as np
import pytest

from shelfwise.evaluation.report import render_labels
from shelfwise.evaluation.report.labels import MOST, columns, matrix
from tests.evaluation.report.test_page import Page

TRUE = ["deals", "deals", "deals", "gift", "<b>&"]
GIVEN = ["deals", "gift", "deals", "gift", "deals"]
SURE = np.array([0.9, 0.6, 0.8, 0.7, 0.95])
TEXTS = ["sale", "a <i>cheap</i> present", "coupon", "for mum", "x & y"]


def test_the_matrix_holds_every_pair_once() -> None:
    found = matrix(TRUE, GIVEN)
    assert found.labels == ("<b>&", "deals", "gift")
    assert {(cell.tip, round(cell.share, 3), cell.right) for cell in found.cells} == {
        ("<b>& → deals: 1 of 1", 1.0, False),
        ("deals → deals: 2 of 3", 0.667, True),
        ("deals → gift: 1 of 3", 0.333, False),
        ("gift → gift: 1 of 1", 1.0, True),
    }
    assert all(0 <= place <= 100 - found.side + 0.01 for cell in found.cells for place in (cell.left, cell.top))


def test_columns_stand_for_bins() -> None:
    found = columns(["a", "a"], ["a", "b"], np.array([0.62, 0.66]))
    assert [(one.height, one.confidence) for one in found] == [(50.0, 64.0)]
    assert found[0].tip == "2 answers: 64% sure, 50% right"


def test_the_page_asks_nobody_and_escapes_all() -> None:
    text = render_labels(TEXTS, TRUE, GIVEN, SURE, {"accuracy": 0.6, "ece": float("nan")}, title="Intents <of> A & B")
    page = Page(text)
    assert not {"script", "link", "img", "b", "i", "of"} & set(page.tags)
    assert not re.search(r"https?:|url\(|@import", text)
    rows = page.rows()
    assert rows.index("x & y") < rows.index("a <i>cheap</i> present")  # the surest mistake first
    assert {"0.600", "–", "Intents <of> A & B"} <= set(rows)


@pytest.mark.parametrize("mistakes", [0, MOST + 1])
def test_few_and_many_mistakes(mistakes: int) -> None:
    n = max(1, mistakes)
    text = render_labels(["t"] * n, ["a"] * n, ["b" if mistakes else "a"] * n, np.full(n, 0.5), {}, title="T")
    assert ("There are none." in text) == (mistakes == 0)
    assert ("1 mistake is left out" in text) == (mistakes > MOST)
