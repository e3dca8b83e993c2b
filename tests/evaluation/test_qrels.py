from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shelfwise.errors import InputError
from shelfwise.evaluation.qrels import read_qrels, read_trec_qrels, restrict, write_trec_qrels

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)


def write(folder: Path, text: str | bytes) -> Path:
    path = folder / "judgments.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


@pytest.mark.parametrize(
    "header",
    ["query,docid,rating", "query_id,doc_id,grade", "QUERY, Product ,Relevance", "\ufeffquery,docid,rating"],
)
def test_reads_flexible_headers(tmp_path: Path, header: str) -> None:
    path = write(tmp_path, f'{header}\nphone case,1,3\r\n"tv, flat",2,0\n\nphone case,3,1.0\n')
    assert read_qrels(path) == {"phone case": {"1": 3, "3": 1}, "tv, flat": {"2": 0}}


def test_reads_tabs_and_passes_over_other_columns(tmp_path: Path) -> None:
    assert read_qrels(write(tmp_path, "source\tid\tquery\tlabel\nlog\ta\t键盘\t2\n")) == {"键盘": {"a": 2}}


def test_unusual_line_separators_stay_in_their_cell(tmp_path: Path) -> None:
    assert read_qrels(write(tmp_path, "query,docid,rating\na\u2028b,1,1\n")) == {"a\u2028b": {"1": 1}}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "row 1, query: found no header; expected one column named query or query_id"),
        ("query,rating\nq,1\n", "row 1, product: found query, rating; expected one column named docid"),
        ("query,qid,docid,rating\nq,q,d,1\n", "row 1, query: found query, qid, docid, rating; expected one column"),
        ("query,docid,rating\n", "found no judgments, expected at least one"),
        ("query,docid,rating\nq,d\n", "row 2: found 2 cells, expected 3"),
        ("query,docid,rating\nq,d,1\nq,e,good\n", "row 3, column 'grade': found 'good', expected a whole number"),
        ("query,docid,rating\nq,d,2.5\n", "row 2, column 'grade': found '2.5'"),
        ("query,docid,rating\nq,d,nan\n", "row 2, column 'grade': found 'nan'"),
        ("query,docid,rating\nq,d,1e9\n", "row 2, column 'grade': found '1e9'"),
        ("query,docid,rating\n,d,1\n", "row 2, column 'query': found '', expected a text"),
        ("query,docid,rating\nq, ,1\n", "row 2, column 'product': found '', expected a text"),
        (
            "query,docid,rating\nq,d,1\nq,d,1\nq,d,2\n",
            "row 4, column 'grade': found 2, expected 1 as in row 2 for 'q' and 'd'",
        ),
        (b"query,docid,rating\nq\xff,d,1\n", "row 2: found bytes that are not UTF-8"),
        ('query,docid,rating\n"q,d,1\n', "not valid CSV"),
    ],
)
def test_faults_are_named(tmp_path: Path, text: str | bytes, said: str) -> None:
    path = write(tmp_path, text)
    with pytest.raises(InputError) as error:
        read_qrels(path)
    assert said in str(error.value)
    assert str(path) in str(error.value)


def test_many_faults_are_counted(tmp_path: Path) -> None:
    path = write(tmp_path, "query,docid,rating\n" + "q,d,bad\n" * 25)
    with pytest.raises(InputError, match=r"row 11, .*\n  … and 15 more"):
        read_qrels(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.csv: cannot be read: No such file"):
        read_qrels(tmp_path / "none.csv")


@given(st.dictionaries(TEXTS, st.dictionaries(TEXTS, st.integers(-2, 4), min_size=1, max_size=4), min_size=1))
def test_trec_round_trip(tmp_path_factory: pytest.TempPathFactory, qrels: dict[str, dict[str, int]]) -> None:
    path = tmp_path_factory.getbasetemp() / "round.qrels"
    write_trec_qrels(qrels, path)
    assert read_trec_qrels(path) == qrels


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("q 0 d 1 extra\n", "row 1: found 5 columns, expected 4"),
        ("q 0 d 1\n\nq 0 e x\n", "row 3, column 'grade': found 'x'"),
        ("", "found no judgments"),
    ],
)
def test_trec_faults_are_named(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(InputError) as error:
        read_trec_qrels(write(tmp_path, text))
    assert said in str(error.value)


def test_foreign_percent_signs_are_left_alone(tmp_path: Path) -> None:
    assert read_trec_qrels(write(tmp_path, "50%off\t0\t%41 1\r\n")) == {"50%off": {"%41": 1}}


def test_restrict() -> None:
    assert restrict({"a": {"x": 1}, "b": {"y": 0}}, ["b", "c"]) == {"b": {"y": 0}}


@pytest.mark.data("icecat")
def test_icecat(data: Path) -> None:
    qrels = read_qrels(data / "judgments.csv")
    assert len(qrels) == 74
    assert sum(map(len, qrels.values())) == 1985


@pytest.mark.data("titles_zh")
def test_titles_zh(data: Path) -> None:
    assert sum(map(len, read_qrels(data / "judgments.csv").values())) == 1190
