"""The file of parameters, and a file that changes some."""

from __future__ import annotations

from pathlib import Path

import pytest

from shelfwise.errors import InputError
from shelfwise.simulate.shoppers.parameters import read_parameters


def test_a_file_replaces_some(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text("[looking]\nrows = 2\n", "utf-8")
    found, known = read_parameters(file), read_parameters()
    assert found.looking["rows"] == 2
    assert found.looking["pages"] == known.looking["pages"]
    assert known.looking["rows"] != 2


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[loking]\nrows = 2", "found 'loking'. Did you mean 'looking'"),
        ("rows = 2", "found 'rows'. Expected one of: taste"),
        ("[looking]\nrow = 2", "unknown key looking.row. Did you mean 'rows'"),
        ("[looking]\nrows = 'two'", "looking.rows: found 'two', expected a number"),
        ("[looking]\nrows = true", "looking.rows: found True, expected a number"),
        ("[looking]\nrows = nan", "looking.rows: found nan, expected a number"),
        ("[looking", "not valid TOML"),
    ],
)
def test_what_cannot_be_used_is_told(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(text, "utf-8")
    with pytest.raises(InputError, match=message) as told:
        read_parameters(file)
    assert str(file) in told.value.message


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_parameters(tmp_path / "none.toml")
