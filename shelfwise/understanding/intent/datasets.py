"""Labelled texts from files: a merchant's own examples and public sets of intents.

Read are CSV and TSV with a header, and JSON Lines. Columns are known by their names: the text is the first there is
of text, utterance, query, instruction, question; its label the first of intent, label, category, class; `split` may
name the part of a row. So these public sets are read as they are:

- CLINC150 as JSON Lines with text, intent, split (Larson et al. 2019, "An Evaluation Dataset for Intent
  Classification and Out-of-Scope Prediction"; CC BY 3.0). Its split `oos_train` is the out-of-scope part of `train`.
- BANKING77 with text, category (Casanueva et al. 2020, "Efficient Intent Detection with Dual Sentence Encoders";
  CC BY 4.0).
- Bitext's customer support set with utterance, intent, category, … (CDLA-Sharing-1.0).
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

from shelfwise.catalog.base import BadRow
from shelfwise.errors import InputError

if TYPE_CHECKING:
    from _csv import Reader

TEXT: Final = ("text", "utterance", "query", "instruction", "question")
LABEL: Final = ("intent", "label", "category", "class")
SPLIT: Final = "split"
OUT_OF_SCOPE_LABELS: Final = frozenset({"oos", "out_of_scope"})
_SHOWN = 60  # characters of what was found that a report shows
_NAMED = 20  # bad rows that the text of a report names

_Cells: TypeAlias = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class LabelledTexts:
    """Texts with their labels, in the order of the file.

    splits: the part of each text, empty where the file names none. out_of_scope: texts labelled "oos" or
    "out_of_scope", which are in none of the classes. bad: rows that were refused.
    """

    texts: tuple[str, ...]
    labels: tuple[str, ...]
    splits: tuple[str, ...] = ()
    out_of_scope: tuple[str, ...] = ()
    bad: tuple[BadRow, ...] = ()

    def report(self) -> str:
        """What was read and what was refused, one line a fact."""
        lines = [
            f"{len(self.texts):,} texts of {len(set(self.labels)):,} labels, {len(self.out_of_scope):,} out of scope, "
            f"{len(self.bad):,} rows refused"
        ]
        for bad in self.bad[:_NAMED]:
            column = f", column {bad.column}" if bad.column else ""
            lines.append(f"{bad.file}, row {bad.row}{column}: found {bad.found}; expected {bad.expected}")
        if len(self.bad) > _NAMED:
            lines.append(f"… and {len(self.bad) - _NAMED:,} more")
        return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class _Row:
    text: str
    label: str
    split: str


def read_labelled(path: Path, split: str | None = None) -> LabelledTexts:
    """Labelled texts of a file; `split` selects a part ("train", "val"), None takes all rows.

    Rows without a text or label, with bytes that are not UTF-8 or with the wrong number of cells are left out and
    listed in `bad`.

    Raises InputError: the file cannot be read, has no columns for text and label, has no such split, or no row of
    it can be used.
    """
    read = [_row(path.name, number, cells) for number, cells in _records(path)]
    rows = [row for row in read if isinstance(row, _Row)]
    bad = [row for row in read if isinstance(row, BadRow)]
    chosen = rows if split is None else _of_split(path, rows, split)
    result = _collect(chosen, bad)
    if not result.texts and not result.out_of_scope:
        raise InputError(f"{path}: found no row that can be used, expected texts with labels.\n{result.report()}")
    return result


def _collect(rows: Sequence[_Row], bad: Sequence[BadRow]) -> LabelledTexts:
    known = [row for row in rows if row.label.lower() not in OUT_OF_SCOPE_LABELS]
    return LabelledTexts(
        texts=tuple(row.text for row in known),
        labels=tuple(row.label for row in known),
        splits=tuple(row.split for row in known) if any(row.split for row in known) else (),
        out_of_scope=tuple(row.text for row in rows if row.label.lower() in OUT_OF_SCOPE_LABELS),
        bad=tuple(bad),
    )


def _of_split(path: Path, rows: Sequence[_Row], split: str) -> list[_Row]:
    chosen = [row for row in rows if row.split == split]
    if not chosen:
        known = ", ".join(sorted({row.split for row in rows} - {""})) or "no column 'split'"
        raise InputError(f"{path}: found no split {split!r}, expected one of: {known}.")
    return chosen


def _records(path: Path) -> Iterator[tuple[int, _Cells | BadRow]]:
    """Rows as (line where they start, column in lower case → value). Bytes that are not UTF-8 become surrogates."""
    try:
        text = path.read_bytes().decode("utf-8", "surrogateescape").removeprefix("\ufeff")
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}.") from error
    return _json_lines(path, text) if text.lstrip().startswith("{") else _delimited(path, text)


def _json_lines(path: Path, text: str) -> Iterator[tuple[int, _Cells | BadRow]]:
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            cells = json.loads(line)
        except (ValueError, RecursionError):
            cells = None
        if isinstance(cells, dict):
            yield number, {str(key).strip().lower(): value for key, value in cells.items()}
        else:
            yield number, BadRow(path.name, number, "", _shown(line), "a JSON object")


def _delimited(path: Path, text: str) -> Iterator[tuple[int, _Cells | BadRow]]:
    delimiter = "\t" if "\t" in text.partition("\n")[0] else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    header = [cell.strip().lower() for cell in next(_rows(reader), (0, []))[1]]
    for names in (TEXT, LABEL):
        if not set(names) & set(header):
            shown = _shown(", ".join(header)) if header else "no header"
            raise InputError(f"{path}: row 1: found {shown}, expected a column named {' or '.join(names)}.")
    for number, cells in _rows(reader):
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) == len(header):
            yield number, dict(zip(header, cells, strict=True))
        else:
            yield number, BadRow(path.name, number, "", f"{len(cells)} cells", f"{len(header)} cells")


def _rows(reader: Reader) -> Iterator[tuple[int, list[str]]]:
    """Rows with the line where they start; a row that is not valid CSV is one cell that says so."""
    while True:
        start = reader.line_num + 1
        try:
            yield start, next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield start, [f"not valid CSV: {error}"]


def _row(file: str, number: int, cells: _Cells | BadRow) -> _Row | BadRow:
    if isinstance(cells, BadRow):
        return cells
    found: list[str] = []
    for names, expected in ((TEXT, "a text"), (LABEL, "a label")):
        column = next((name for name in names if name in cells), names[0])
        value = cells.get(column)
        if not isinstance(value, str) or not value.strip():
            return BadRow(file, number, column, _shown(value), expected)
        if any("\ud800" <= sign <= "\udfff" for sign in value):
            return BadRow(file, number, column, _shown(value), f"{expected} in UTF-8")
        found.append(value.strip())
    return _Row(found[0], found[1], _split(cells))


def _split(cells: _Cells) -> str:
    value = cells.get(SPLIT)
    return value.strip().lower().removeprefix("oos_") if isinstance(value, str) else ""


def _shown(value: object) -> str:
    text = "nothing" if value is None else repr(value)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
