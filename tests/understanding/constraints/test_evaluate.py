from __future__ import annotations

import json
from pathlib import Path

import pytest

from shelfwise.errors import InputError
from shelfwise.understanding.base import Constraint
from shelfwise.understanding.constraints.evaluate import exact_match, read_constraint_queries

ROWS = [
    {"text": "red dress", "language": "en", "constraints": [{"kind": "colour", "value": "red"}]},
    {
        "text": "500元以下 红米",
        "language": "zh",
        "constraints": [{"kind": "price", "high": 500, "unit": "CNY"}],
        "may": [{"kind": "brand", "value": "redmi"}],
    },
    {"text": "green tea", "language": "en", "constraints": []},
]


def written(folder: Path, rows: list[object]) -> Path:
    file = folder / "queries.jsonl"
    file.write_text("\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows), "utf-8")
    return file


def test_a_file_is_read(tmp_path: Path) -> None:
    queries = read_constraint_queries(written(tmp_path, [*ROWS, ""]))
    assert [query.text for query in queries] == ["red dress", "500元以下 红米", "green tea"]
    assert queries[1].constraints[0].high == 500
    assert queries[1].may[0].value == "redmi"


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("{", "no JSON"),
        ([1], "expected an object"),
        ({"text": "", "language": "en", "constraints": []}, "text: found ''"),
        ({"text": "a", "language": "de", "constraints": []}, "language: found 'de', expected en or zh"),
        ({"text": "a", "language": "en", "constraints": {}}, "constraints: found {}, expected a list"),
        ({"text": "a", "language": "en", "constraints": [3]}, r"constraints\[0\]: found 3"),
        ({"text": "a", "language": "en", "constraints": [{"kind": "hue"}]}, r"constraints\[0\].kind: found 'hue'"),
        ({"text": "a", "language": "en", "may": [{"kind": "price", "low": "1"}]}, r"may\[0\].low: found '1'"),
        ({"text": "a", "language": "en", "constraints": [{"kind": "price", "top": 1}]}, "unknown field 'top'"),
        ({"text": "a", "language": "en", "labels": []}, "unknown field 'labels'"),
    ],
)
def test_errors_name_the_line(row: object, message: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=f"queries.jsonl:2.*{message}"):
        read_constraint_queries(written(tmp_path, [ROWS[0], row]))


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.jsonl"):
        read_constraint_queries(tmp_path / "none.jsonl")


def test_scores_of_a_worked_example(tmp_path: Path) -> None:
    """Right; right with a reading that may be; a colour found where there is none."""
    answers = {
        "red dress": [Constraint("colour", "red", 0, 3, "red"), Constraint("feature", "dress", 4, 9, "x")],
        "500元以下 红米": [
            Constraint("price", "", 0, 1, high=500.0, unit="CNY"),
            Constraint("brand", "红米", 7, 9, "redmi"),
        ],
        "green tea": [Constraint("colour", "green", 0, 5, "green")],
    }
    scores = exact_match(read_constraint_queries(written(tmp_path, ROWS)), lambda text: answers[text])
    assert scores["exact_match"] == pytest.approx(2 / 3)
    assert (scores["exact_match_en"], scores["exact_match_zh"]) == (0.5, 1.0)
    assert (scores["precision"], scores["recall"], scores["f1"]) == (pytest.approx(2 / 3), 1.0, pytest.approx(0.8))
    assert scores["kinds"]["colour"]["precision"] == 0.5
    assert [failure["text"] for failure in scores["failures"]] == ["green tea"]
    assert scores["failures"][0]["wrong"] == [{"kind": "colour", "value": "green"}]
    json.dumps(scores)


@pytest.mark.parametrize(
    "other",
    [
        Constraint("price", "", 0, 1, high=500.0),
        Constraint("price", "", 0, 1, low=500.0, unit="CNY"),
        Constraint("price", "", 0, 1, high=500.0, unit="CNY", negated=True),
        Constraint("price", "", 0, 1, high=501.0, unit="CNY"),
    ],
)
def test_every_field_counts(other: Constraint, tmp_path: Path) -> None:
    queries = read_constraint_queries(written(tmp_path, ROWS[1:2]))
    assert exact_match(queries, lambda text: [other])["exact_match"] == 0
