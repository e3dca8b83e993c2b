"""Data files."""

from __future__ import annotations

from pathlib import Path

import pytest

from shelfwise.errors import ShelfwiseError
from shelfwise.language import tables


def test_a_broken_table_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tables, "FOLDER", tmp_path)
    (tmp_path / "broken.tsv").write_text("# comment\na\tb\nc\n", "utf-8")
    with pytest.raises(ShelfwiseError, match=r"broken\.tsv.*'c'.*2 columns"):
        tables.read_rows("broken.tsv", 2)
