from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shelfwise.errors import InputError
from shelfwise.training.data.examples import Example, read_examples, write_examples


def test_positives_come_best_first_and_negatives_are_grade_zero() -> None:
    example = Example("q", ("bad", "fair", "good"), (0.0, 1 / 3, 1.0), "q", "judgments")
    assert example.positives == ("good", "fair")
    assert example.negatives == ("bad",)


@pytest.mark.parametrize("grades", [(1.0,), (1.0, 1.2), (1.0, -0.1), (1.0, float("nan"))])
def test_grades_must_be_as_many_as_texts_and_from_0_to_1(grades: tuple[float, ...]) -> None:
    with pytest.raises(InputError, match="grades"):
        Example("q", ("a", "b"), grades, "q", "judgments")


EXAMPLES = st.builds(
    Example,
    query=st.text(st.characters(codec="utf-8"), max_size=8),
    texts=st.just(("a", "b")),
    grades=st.tuples(st.floats(0, 1), st.floats(0, 1)),
    group=st.text(st.characters(codec="utf-8"), max_size=4),
    source=st.sampled_from(["log", "catalog"]),
    time=st.none() | st.floats(0, 2e9),
)


@settings(deadline=None)
@given(examples=st.lists(EXAMPLES, max_size=4))
def test_what_is_written_is_read_back(examples: list[Example], tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("examples") / "train.jsonl"
    assert write_examples(examples, path) == len(examples)
    assert list(read_examples(path)) == examples
    assert b'"time":null' not in path.read_bytes()


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"texts": []}', "line 2: query is missing"),
        ("[1]", "line 2: found list"),
        ('{"query": 5, "texts": ["a"]}', "line 2: query and texts"),
        ('{"query": "q", "texts": ["a"], "grades": [2]}', "line 2: .*expected 0 to 1"),
        ("{", "line 2"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, line: str, message: str) -> None:
    path = tmp_path / "train.jsonl"
    path.write_text('{"query": "q", "texts": ["a"]}\n' + line + "\n", "utf-8")
    with pytest.raises(InputError, match=rf"train\.jsonl, {message}"):
        list(read_examples(path))
