from __future__ import annotations

from pathlib import Path

import pytest

from shelfwise.errors import FeedError, InputError
from shelfwise.evaluation.table import Faults
from shelfwise.training.data.tables import read_rows

NEEDED = {"text": ("text", "review_text")}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", "n,Review Text\n1, soft \n"),
        ("a.tsv", "n\tTEXT\n1\tsoft\n"),
        ("a.csv", "n;text\n1;soft\n"),
        ("a.jsonl", '{"n": 1, "text": "soft"}\n'),
    ],
)
def test_reads_delimited_files_and_json_lines(tmp_path: Path, name: str, content: str) -> None:
    path = tmp_path / name
    path.write_text(content, "utf-8")
    [(_, cells)] = read_rows(path, NEEDED, {"rating": ("rating",), "n": ("n",)})
    assert cells == {"text": "soft", "rating": "", "n": "1"}


def test_the_surest_header_counts(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("review_text,text\nsecond,first\n", "utf-8")
    assert [cells["text"] for _, cells in read_rows(path, NEEDED)] == ["first"]


def test_a_missing_column_is_named_with_the_headers_found(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id,stars\n1,5\n", "utf-8")
    with pytest.raises(InputError, match=r"a\.csv: row 1, text: found id, stars; expected .* text or review_text"):
        list(read_rows(path, NEEDED))


def test_no_such_file(tmp_path: Path) -> None:
    with pytest.raises(FeedError, match="no such file"):
        list(read_rows(tmp_path / "none.csv", NEEDED))


def test_a_row_that_cannot_be_read_is_a_fault(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("n,text\n1,good\n2,too,many\n3,good too\n", "utf-8")
    faults = Faults(path)
    assert [row for row, _ in read_rows(path, NEEDED, faults=faults)] == [2, 4]
    with pytest.raises(InputError, match="row 3"):
        faults.raise_any()
