"""Files of labelled texts: their forms, their faults."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shelfwise.errors import InputError
from shelfwise.understanding.tagging.base import Span, Tagged
from shelfwise.understanding.tagging.bio import read_bio


def _read(folder: Path, content: str) -> list[Tagged]:
    path = folder / "texts.txt"
    path.write_bytes(content.encode())
    return list(read_bio(path).sentences)


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
@pytest.mark.parametrize("last", ["", "{}", "{}{}", "{}{}{}"])
def test_characters(tmp_path: Path, ends: str, last: str) -> None:
    lines = ["小 B-brand", "米 I-brand", "手 B-product", "机 I-product", "", "u O", "盘 O"]
    content = ends.join(lines) + last.replace("{}", ends)
    assert _read(tmp_path, content) == [
        Tagged("小米手机", (Span(0, 2, "brand"), Span(2, 4, "product"))),
        Tagged("u盘"),
    ]


def test_words_are_joined_by_spaces_but_not_between_chinese(tmp_path: Path) -> None:
    content = "Logitech\tB-brand\nusb B-product\nmouse I-product\n\n小米 B-brand\n手机 B-product\n5g O\n"
    assert _read(tmp_path, content) == [
        Tagged("Logitech usb mouse", (Span(0, 8, "brand"), Span(9, 18, "product"))),
        Tagged("小米手机 5g", (Span(0, 2, "brand"), Span(2, 4, "product"))),
    ]


def test_a_byte_order_mark_and_a_space_as_a_character(tmp_path: Path) -> None:
    assert _read(tmp_path, "\ufeffa O\n  O\nb O\n") == [Tagged("a b")]


def test_tags_that_go_on_with_nothing_begin_a_span(tmp_path: Path) -> None:
    path = tmp_path / "texts.txt"
    path.write_text("a I-x\nb I-x\nc I-y\nd O\ne I-y\n")
    found = read_bio(path)
    assert found.repaired == 3
    assert found.sentences == (Tagged("abcde", (Span(0, 2, "x"), Span(2, 3, "y"), Span(4, 5, "y"))),)


def test_two_spans_of_a_kind_side_by_side_stay_two(tmp_path: Path) -> None:
    assert _read(tmp_path, "a B-x\nb B-x\n") == [Tagged("ab", (Span(0, 1, "x"), Span(1, 2, "x")))]


@pytest.mark.parametrize(
    ("content", "place", "found"),
    [
        ("a O\nb\n", ":2:", "'b'"),
        ("a O\n\nb X-brand\n", ":3:", "'b X-brand'"),
        ("a B-\n", ":1:", "'a B-'"),
        ("a O B\n", ":1:", "'a O B'"),
        ("\n \n", "", "no labelled text"),
        ("", "", "no labelled text"),
    ],
)
def test_faults_name_file_line_found_and_expected(tmp_path: Path, content: str, place: str, found: str) -> None:
    with pytest.raises(InputError) as error:
        _read(tmp_path, content)
    for part in (f"texts.txt{place}", found, "expected"):
        assert part in str(error.value)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    for name in ("binary", "missing"):
        with pytest.raises(InputError, match=name):
            read_bio(tmp_path / name)


@given(st.lists(st.sampled_from(["O", "B-x", "I-x", "B-y", "I-y"]), min_size=1, max_size=12))
def test_spans_cover_exactly_the_tagged_characters(tmp_path_factory: pytest.TempPathFactory, tags: list[str]) -> None:
    path = tmp_path_factory.mktemp("bio") / "texts.txt"
    path.write_text("".join(f"字 {tag}\n" for tag in tags))
    (sentence,) = read_bio(path).sentences
    covered = {(at, span.kind) for span in sentence.spans for at in range(span.start, span.end)}
    assert covered == {(at, tag[2:]) for at, tag in enumerate(tags) if tag != "O"}
    assert sum(tag[0] == "B" for tag in tags) <= len(sentence.spans)
