"""Labelled texts from files: recognised by content, bad rows named, parts selected."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shelfwise.errors import InputError
from shelfwise.understanding.intent.datasets import read_labelled


def written(folder: Path, content: str | bytes, name: str = "file.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize(
    "content",
    [
        "text,category\nwhere is it,order\nhello,talk\n",
        "utterance,intent,category,tags\nwhere is it,order,ORDER,B\nhello,talk,TALK,L\n",
        "Query\tLabel\nwhere is it\torder\nhello\ttalk\n",
        "\ufeffINSTRUCTION,Class\r\n where is it ,order\r\n\r\nhello,talk",
        '{"question": "where is it", "intent": "order"}\n\n{"question": "hello", "intent": "talk"}\n',
    ],
)
def test_shapes(tmp_path: Path, content: str) -> None:
    read = read_labelled(written(tmp_path, content))
    assert (read.texts, read.labels) == (("where is it", "hello"), ("order", "talk"))
    assert read.splits == read.out_of_scope == read.bad == ()


def test_clinc_shape_has_parts_and_what_is_out_of_scope(tmp_path: Path) -> None:
    rows = [("train", "a", "x"), ("oos_train", "b", "oos"), ("val", "c", "x"), ("oos_val", "d", "oos")]
    lines = [json.dumps({"split": split, "text": text, "intent": intent}) for split, text, intent in rows]
    path = written(tmp_path, "\n".join(lines))
    every, train = read_labelled(path), read_labelled(path, split="train")
    assert (every.texts, every.splits, every.out_of_scope) == (("a", "c"), ("train", "val"), ("b", "d"))
    assert (train.texts, train.out_of_scope) == (("a",), ("b",))
    with pytest.raises(InputError, match=r"found no split 'test', expected one of: train, val"):
        read_labelled(path, split="test")


@pytest.mark.parametrize(
    ("row", "column", "found", "expected"),
    [
        (b",order", "text", "''", "a text"),
        (b"   ,order", "text", "'   '", "a text"),
        (b"where,", "intent", "''", "a label"),
        (b"wh\xff\xfere,order", "text", "wh", "a text in UTF-8"),
        (b"where,ord\xffer", "intent", "ord", "a label in UTF-8"),
        (b"where", "", "1 cells", "2 cells"),
        (b"where,is,it", "", "3 cells", "2 cells"),
        (b'"where"x,order', "", "1 cells", "2 cells"),
    ],
)
def test_bad_rows_are_named_and_good_ones_kept(
    tmp_path: Path, row: bytes, column: str, found: str, expected: str
) -> None:
    read = read_labelled(written(tmp_path, b"text,intent\nhello,talk\n" + row + b"\nbye,talk\n"))
    assert read.texts == ("hello", "bye")
    (bad,) = read.bad
    assert (bad.file, bad.row, bad.column, bad.expected) == ("file.csv", 3, column, expected)
    assert found in bad.found
    assert "1 rows refused" in read.report() and "file.csv, row 3" in read.report()


@pytest.mark.parametrize(
    ("line", "column", "expected"),
    [
        ("{broken", "", "a JSON object"),
        ("[1]", "", "a JSON object"),
        ('{"text": 5, "intent": "x"}', "text", "a text"),
        ('{"text": "a"}', "intent", "a label"),
        ('{"text": "\\ud800", "intent": "x"}', "text", "a text in UTF-8"),
        ("[" * 100_000, "", "a JSON object"),
    ],
)
def test_bad_lines_of_json(tmp_path: Path, line: str, column: str, expected: str) -> None:
    path = written(tmp_path, f'{{"text": "a", "intent": "x"}}\n{line}\n', "file.jsonl")
    (bad,) = read_labelled(path).bad
    assert (bad.row, bad.column, bad.expected) == (2, column, expected)
    assert len(bad.found) <= 60


def test_a_row_is_named_by_the_line_where_it_starts(tmp_path: Path) -> None:
    path = written(tmp_path, 'text,intent\n"two\nlines",talk\n,talk\n')
    read = read_labelled(path)
    assert read.texts == ("two\nlines",)
    assert [bad.row for bad in read.bad] == [4]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "found no header, expected a column named text or utterance"),
        ("words,intent\na,b\n", "found 'words, intent', expected a column named text"),
        ("text,words\na,b\n", "expected a column named intent or label"),
        ("text,intent\n", "found no row that can be used"),
        ("text,intent\n,x\n", "file.csv, row 2, column text"),
    ],
)
def test_a_file_with_nothing_usable(tmp_path: Path, content: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_labelled(written(tmp_path, content))


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_labelled(tmp_path / "none.csv")


def test_a_split_of_a_file_without_parts(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no column 'split'"):
        read_labelled(written(tmp_path, "text,intent\na,b\n"), split="train")


_CELL = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1).filter(lambda text: bool(text.strip()))


@given(st.lists(st.tuples(_CELL, _CELL), min_size=1))
def test_what_was_written_is_read(tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]]) -> None:
    kept = [(text.strip(), "x" + label.strip()) for text, label in rows]
    file = io.StringIO(newline="")
    csv.writer(file).writerows([("text", "label"), *kept])
    read = read_labelled(written(tmp_path_factory.mktemp("labelled"), file.getvalue()))
    assert list(zip(read.texts, read.labels, strict=True)) == kept


@pytest.mark.data("clinc150")
def test_clinc150(data: Path) -> None:
    read = read_labelled(data / "intents.jsonl", split="val")
    assert (len(read.texts), len(set(read.labels)), len(read.out_of_scope), read.bad) == (3000, 150, 100, ())


@pytest.mark.data("banking77")
def test_banking77(data: Path) -> None:
    read = read_labelled(data / "train.csv")
    assert (len(read.texts), len(set(read.labels)), read.bad) == (10003, 77, ())


@pytest.mark.data("support")
def test_support(data: Path) -> None:
    read = read_labelled(data / "train.csv")
    assert (len(read.texts), len(set(read.labels)), read.bad) == (6480, 27, ())
    assert "cancel_order" in read.labels
