"""Texts in TREC files, whose columns are parted by blanks.

Query texts and ids may hold blanks themselves. On writing, blanks and `%` become their UTF-8 bytes as `%XX`; on
reading, only such sequences are turned back, so that a foreign file with `50%off` is read as it is.
"""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import quote, unquote

from shelfwise.errors import InputError

_ENCODED = re.compile(r"(?:%[0-9A-F]{2})+")


def trec_id(text: str) -> str:
    """The text without blanks. Raises InputError for an empty one, which a TREC file cannot hold.

    >>> trec_id("phone case")
    'phone%20case'
    """
    if not text:
        raise InputError("found an empty query or id, expected a text: a TREC file cannot hold it.")
    return "".join(quote(letter, safe="") if _special(letter) else letter for letter in text)


def text_of(trec: str) -> str:
    """What `trec_id` was given.

    >>> text_of("phone%20case"), text_of("50%off")
    ('phone case', '50%off')
    """
    return _ENCODED.sub(_decode, trec)


def split_line(path: Path, row: int, line: str, columns: int) -> list[str]:
    """The columns of a line, decoded. Raises InputError when there are more or fewer."""
    cells = line.split()
    if len(cells) != columns:
        raise InputError(f"{path}: row {row}: found {len(cells)} columns, expected {columns} parted by blanks.")
    return [text_of(cell) for cell in cells]


def _special(letter: str) -> bool:
    return letter == "%" or letter.isspace() or letter == "\ufeff"


def _decode(match: re.Match[str]) -> str:
    text = unquote(match[0], errors="surrogateescape")
    return text if all(map(_special, text)) else match[0]
