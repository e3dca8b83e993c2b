"""Settings out of the environment: what a variable may say, and which place an error names."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shelfwise.errors import SettingsError
from shelfwise.settings import read_settings

WITHOUT = "SHELFWISE__UNDERSTANDING__WITHOUT"
FACETS = "SHELFWISE__SEARCH__FACETS"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("spelling,kind", ("spelling", "kind")),
        (" spelling , kind ", ("spelling", "kind")),
        ("spelling", ("spelling",)),
        ('["spelling", "kind"]', ("spelling", "kind")),
        (' ["spelling"]', ("spelling",)),
        ("", ()),
        ("  ", ()),
        ("[]", ()),
    ],
)
def test_a_list_is_divided_by_commas_or_json(tmp_path: Path, value: str, expected: tuple[str, ...]) -> None:
    assert read_settings(tmp_path, {WITHOUT: value}).understanding.without == expected


@given(names=st.lists(st.text("abcdefgh_颜色 ", min_size=1).map(str.strip).filter(bool)))
def test_any_names_come_back(names: list[str]) -> None:
    found = read_settings(Path("nowhere"), {FACETS: ",".join(names)})
    assert found.search.facets == tuple(names)


def test_a_comma_in_what_is_no_list_is_left_alone(tmp_path: Path) -> None:
    found = read_settings(tmp_path, {"SHELFWISE__SHOP__NAME": "Pots, pans", "SHELFWISE__ENCODER__QUERY_PREFIX": "[q] "})
    assert (found.shop.name, found.encoder.query_prefix) == ("Pots, pans", "[q] ")


def test_the_environment_wins_over_the_file_and_flags_over_both(tmp_path: Path) -> None:
    (tmp_path / "shelfwise.toml").write_text('[understanding]\nwithout = ["intent"]\n', "utf-8")
    assert read_settings(tmp_path, {}).understanding.without == ("intent",)
    assert read_settings(tmp_path, {WITHOUT: "kind"}).understanding.without == ("kind",)
    flags = {"understanding.without": ("category",)}
    assert read_settings(tmp_path, {WITHOUT: "kind"}, flags).understanding.without == ("category",)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        (WITHOUT, "kind,speling", r"WITHOUT: understanding\.without\.1: .*'speling'.*Did you mean 'spelling'"),
        (WITHOUT, "kind,,spelling", r"WITHOUT: understanding\.without\.1: .*found ''"),
        (WITHOUT, "[kind]", r"WITHOUT: found '\[kind\]', expected a list as JSON or divided by commas"),
        (WITHOUT, "[" * 100_000, "expected a list as JSON or divided by commas"),
        (FACETS, "[1, 2]", r"FACETS: search\.facets\.0: .*found 1"),
        ("SHELFWISE__SEARCH__MODE", "words", r"^SHELFWISE__SEARCH__MODE: search\.mode: .*found 'words'"),
        ("SHELFWISE__SEARCH__MODUS", "x", r"^SHELFWISE__SEARCH__MODUS: unknown key search\.modus.*'mode'"),
        ("SHELFWISE__MAGIC__WITHOUT", "a,b", "unknown key magic"),
    ],
)
def test_an_error_names_the_variable(tmp_path: Path, name: str, value: str, said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        read_settings(tmp_path, {name: value})


def test_an_error_of_a_flag_does_not_blame_the_variable_that_it_hides(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        read_settings(tmp_path, {"SHELFWISE__SEARCH__MODE": "lexical"}, {"search.mode": "words"})
    assert "SHELFWISE__" not in caught.value.message
