from __future__ import annotations

from pathlib import Path

import pytest

from shelfwise.errors import InputError
from shelfwise.evaluation.translations import check_translated, read_translations


def test_reads_the_pairs(tmp_path: Path) -> None:
    path = tmp_path / "zh.csv"
    path.write_text("query,query_zh\nphone case,手机壳\nphone case,手机壳\ntv,电视\n", "utf-8")
    assert read_translations(path) == {"phone case": "手机壳", "tv": "电视"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("query,zh\na,b\n", "row 1, translation: found query, zh; expected one column named query_zh"),
        ("query,query_zh\na,\n", "row 2, column 'translation': found '', expected a text"),
        ("query,query_zh\na,b\na,c\n", "row 3, column 'translation': found 'c', expected 'b' as before"),
    ],
)
def test_faults_are_named(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "zh.csv"
    path.write_text(text, "utf-8")
    with pytest.raises(InputError) as error:
        read_translations(path)
    assert said in str(error.value)


def test_missing_translations_are_named() -> None:
    check_translated({"a"}, {"a", "b"})
    with pytest.raises(InputError, match=r"2 of 3 judged queries: 'b', 'c'\."):
        check_translated({"a", "b", "c"}, {"a"})


@pytest.mark.data("icecat")
def test_icecat(data: Path) -> None:
    assert read_translations(data / "queries_zh.csv")["phone case"] == "手机壳"
