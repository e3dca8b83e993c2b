from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shelfwise.errors import InputError
from shelfwise.evaluation.metrics import rank
from shelfwise.evaluation.runs import read_trec_run, scores_of, write_trec_run

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
SCORES = st.dictionaries(TEXTS, st.floats(allow_nan=False), min_size=1, max_size=5)


@given(st.dictionaries(TEXTS, SCORES))
def test_round_trip(tmp_path_factory: pytest.TempPathFactory, run: dict[str, dict[str, float]]) -> None:
    path = tmp_path_factory.getbasetemp() / "round.run"
    write_trec_run(run, path)
    assert read_trec_run(path) == run


def test_the_file_is_one_that_trec_tools_read(tmp_path: Path) -> None:
    path = tmp_path / "a.run"
    write_trec_run({"phone case": {"b": 1.5, "a": 2.0}}, path, name="hybrid search")
    assert path.read_text() == "phone%20case Q0 a 1 2.0 hybrid%20search\nphone%20case Q0 b 2 1.5 hybrid%20search\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("q Q0 d 1 2.0\n", "row 1: found 5 columns, expected 6"),
        ("q Q0 d 1 high x\n", "row 1, column 'score': found 'high', expected a number"),
        ("q Q0 d 1 nan x\n", "row 1, column 'score': found 'nan'"),
        ("q Q0 d 1 2 x\n\nq Q0 d 2 1 x\n", "row 3, column 'product': found 'd', expected each product once"),
    ],
)
def test_faults_are_named(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "a.run"
    path.write_text(text)
    with pytest.raises(InputError) as error:
        read_trec_run(path)
    assert said in str(error.value)


def test_an_empty_id_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="found an empty query or id"):
        write_trec_run({"": {"a": 1.0}}, tmp_path / "a.run")


@given(st.lists(TEXTS, unique=True))
def test_scores_keep_the_order(ranking: list[str]) -> None:
    assert rank(scores_of(ranking)) == ranking


def test_the_first_place_of_a_repeated_product_counts() -> None:
    assert rank(scores_of(["a", "b", "a"])) == ["a", "b"]
