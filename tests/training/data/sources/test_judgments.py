from __future__ import annotations

from pathlib import Path

import pytest

from shelfwise.errors import InputError
from shelfwise.retrieval.document import encoder_text
from shelfwise.training.data.sources.judgments import Judgments, read_judged
from shelfwise.types import Product

PRODUCTS = {id: Product(id, f"Product {id}", description=f"All about {id}.") for id in ("p1", "p2", "p3")}


def judgments(tmp_path: Path, rows: str) -> Path:
    path = tmp_path / "judgments.csv"
    path.write_text("query,docid,rating\n" + rows, "utf-8")
    return path


def test_an_example_a_query_with_texts_of_the_index_and_grades_of_the_measure(tmp_path: Path) -> None:
    [lamp, cap] = read_judged(judgments(tmp_path, "lamp,p1,3\nlamp,p2,1\ncap,p1,0\nlamp,p3,-1\n"), PRODUCTS)
    assert (lamp.query, lamp.group, lamp.source) == ("lamp", "lamp", "judgments")
    assert lamp.texts == tuple(encoder_text(PRODUCTS[id]) for id in ("p1", "p2", "p3"))
    assert lamp.grades == (1.0, 1 / 3, 0.0)
    assert cap.grades == (0.0,)


def test_ratings_of_yes_and_no_are_grades_of_one_and_zero(tmp_path: Path) -> None:
    [lamp] = read_judged(judgments(tmp_path, "lamp,p1,1\nlamp,p2,0\n"), PRODUCTS)
    assert lamp.grades == (1.0, 0.0)


def test_products_that_the_catalogue_lacks_are_counted_and_named(tmp_path: Path) -> None:
    source = Judgments(judgments(tmp_path, "lamp,p1,3\nlamp,x9,3\ncap,x1,3\n"), PRODUCTS)
    assert [example.query for example in source.examples()] == ["lamp"]
    assert source.notes() == ("judgments.csv: 2 judged products are not in the catalogue: x1, x9.",)


def test_a_catalogue_that_has_none_of_them_is_the_wrong_one(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="has none of the 1 products, as x9"):
        read_judged(judgments(tmp_path, "lamp,x9,3\n"), PRODUCTS)


@pytest.mark.parametrize(
    ("rows", "message"),
    [("", "found no judgments"), ("lamp,p1,good\n", "row 2, column 'grade': found 'good'"), (",p1,1\n", "row 2")],
)
def test_bad_files(tmp_path: Path, rows: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_judged(judgments(tmp_path, rows), PRODUCTS)
