from __future__ import annotations

import tomllib
from importlib import resources

import pytest

from shelfwise.errors import ShelfwiseError
from shelfwise.understanding.constraints.lexicon import FILES, Entry, Lexicon, lexicon
from shelfwise.understanding.constraints.text import IS_HAN, Text, spell

FOLDER = resources.files("shelfwise.understanding.constraints") / "data"
LEAST = {"colours.toml": 40, "materials.toml": 40, "audiences.toml": 25, "occasions.toml": 25, "brands.toml": 150}


@pytest.mark.parametrize(("file", "least"), LEAST.items())
def test_there_are_enough_values_in_both_languages(file: str, least: int) -> None:
    names = tomllib.loads((FOLDER / file).read_text("utf-8"))["names"]
    assert len(names) >= least
    assert all(isinstance(one, str) for each in names.values() for one in each)
    both = [value for value, each in names.items() if any(IS_HAN.search(name) for name in each)]
    assert len(both) >= 0.7 * least


@pytest.mark.parametrize("file", FILES)
def test_a_name_has_one_value_of_a_kind(file: str) -> None:
    data = tomllib.loads((FOLDER / file).read_text("utf-8"))
    seen: dict[tuple[str, ...], str] = {}
    for section in ("names", "personal"):
        for value, names in data.get(section, {}).items():
            for name in names:
                assert seen.setdefault(spell(name), value) == value, f"{file}: {name}"


@pytest.mark.parametrize(
    ("kind", "name", "value"),
    [
        ("colour", "藏青", "blue"),
        ("colour", "Navy", "blue"),
        ("material", "真皮", "leather"),
        ("audience", "爷爷", "elderly"),
        ("audience", "wife", "women"),
        ("brand", "苹果", "apple"),
        ("colour", "GREY", "gray"),
        ("colour", "mauve-ish", "mauve-ish"),
    ],
)
def test_canonical(kind: str, name: str, value: str) -> None:
    assert lexicon().canonical(kind, name) == value


def test_the_longest_name_wins_and_friends_hide() -> None:
    made = Lexicon()
    made.add("red", Entry("colour", "red"))
    made.add("dark red", Entry("colour", "red"))
    made.add("red bull", Entry("colour", needs="friend"))
    text = Text.of("dark-red can of Red Bull, red")
    found = [text.text[one.start : one.end] for one in made.find(text)]
    assert found == ["dark-red", "red"]


def test_a_friend_hides_its_own_kind_only() -> None:
    made = Lexicon()
    made.add("红米", Entry("colour", needs="friend"))
    made.add("红米", Entry("brand", "redmi"))
    text = Text.of("红米手机")
    assert [one.entries for one in made.find(text)] == [(Entry("brand", "redmi"),)]


def test_a_name_without_letters_is_refused() -> None:
    with pytest.raises(ShelfwiseError, match=r"'\?\?'"):
        Lexicon().add("??", Entry("colour", "red"))


def test_a_copy_leaves_the_original_alone() -> None:
    made = lexicon().copy()
    made.add("zzyzx", Entry("brand", "zzyzx"))
    assert made.known("brand", "zzyzx") == "zzyzx"
    assert lexicon().known("brand", "zzyzx") is None


def test_places_lead_back_to_the_original() -> None:
    text = Text.of("ＲＥＤ   裙 子")
    assert text.text == "red裙子"
    assert text.span(3, 5) == (6, 9)
