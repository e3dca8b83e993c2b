from __future__ import annotations

from pathlib import Path

import pytest

from shelfwise.errors import InputError
from shelfwise.training.data.sources.questions import read_questions


def questions(tmp_path: Path, rows: str, header: str = "qid,question,candidate,label") -> Path:
    path = tmp_path / "pairs.csv"
    path.write_text(f"{header}\n{rows}", "utf-8")
    return path


def test_an_example_a_question_with_all_its_candidates(tmp_path: Path) -> None:
    rows = '1,is it big?,"size:  { value:""xl"" }",1\n2,who?,brand:  { value:acme },1\n1,is it big?,it is red,0\n'
    [big, who] = read_questions(questions(tmp_path, rows))
    assert (big.query, big.texts, big.grades, big.source) == (
        "is it big?",
        ("size: xl", "it is red"),
        (1.0, 0.0),
        "questions",
    )
    assert who.texts == ("brand: acme",)


def test_facts_stay_as_they_are_if_asked_for(tmp_path: Path) -> None:
    path = questions(tmp_path, "1,who?,brand:  { value:acme },1\n")
    [raw], [readable] = read_questions(path, raw=True), read_questions(path)
    assert (raw.texts, readable.texts) == (("brand:  { value:acme }",), ("brand: acme",))
    assert raw.group == readable.group


def test_questions_with_the_same_candidates_are_about_one_product(tmp_path: Path) -> None:
    rows = "1,a?,x,1\n1,a?,y,0\n2,b?,y,1\n2,b?,x,0\n3,c?,x,1\n"
    first, second, third = read_questions(questions(tmp_path, rows))
    assert first.group == second.group != third.group


def test_the_product_is_the_group_where_it_is_known(tmp_path: Path) -> None:
    path = questions(tmp_path, "a?,x,1,B01\na?,y,0,B02\n", "question,candidate,label,ASIN")
    assert [(each.texts, each.group) for each in read_questions(path)] == [(("x",), "B01"), (("y",), "B02")]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("", "found no question"),
        ("1,a?,x,2\n", "row 2, column 'label': found '2', expected a number from 0 to 1"),
        ("1,a?,x,nan\n", "row 2, column 'label'"),
        ("1,,x,1\n", "row 2, column 'question'"),
        ("1,a?,,1\n", "row 2, column 'candidate'"),
        ("1,a?,x,1\n1,b?,x,1\n", "row 3, column 'question': found 'b\\?', expected 'a\\?'"),
    ],
)
def test_bad_rows_are_named(tmp_path: Path, rows: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_questions(questions(tmp_path, rows))


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="expected a column named label"):
        read_questions(questions(tmp_path, "1,a?,x\n", "qid,question,candidate"))


@pytest.mark.data("product_qa")
def test_real_questions(data: Path) -> None:
    asked = read_questions(data / "semiPQA_attribute_ranking_dev.csv")
    assert len(asked) == 954
    assert len({each.group for each in asked}) == 268
    assert sum(bool(each.positives) for each in asked) == 846
    assert sum("{" in text for each in asked for text in each.texts) <= 3  # braces inside a value stay
