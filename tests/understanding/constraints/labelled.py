"""The development queries of queries.txt as labelled queries."""

from __future__ import annotations

import re
from pathlib import Path

from shelfwise.understanding.base import Constraint
from shelfwise.understanding.constraints.evaluate import ConstraintQuery

FILE = Path(__file__).with_name("queries.txt")
_NUMBERS = re.compile(r"(\d*\.?\d*)\.\.(\d*\.?\d*)|(\d+(?:\.\d+)?)")
NUMERIC = ("price", "rating", "size", "capacity", "quantity", "recency")


def labelled() -> list[ConstraintQuery]:
    """All queries of the file, in order."""
    language, found = "", []
    for line in FILE.read_text("utf-8").splitlines():
        if line.startswith("["):
            language = line.strip("[]")
        elif line and not line.startswith("#"):
            text, _, readings = line.partition(" |")
            parts = [part.strip() for part in readings.split(";") if part.strip()]
            must = [_constraint(part) for part in parts if not part.startswith("[")]
            may = [_constraint(part.strip("[]")) for part in parts if part.startswith("[")]
            found.append(ConstraintQuery(text, language, tuple(must), tuple(may)))
    return found


def _constraint(reading: str) -> Constraint:
    negated = reading.startswith("-")
    kind, what, *unit = reading.removeprefix("-").split(":")
    numbers = _NUMBERS.fullmatch(what)
    low = high = None
    if kind in NUMERIC and numbers:
        low, high = ((float(end) if end else None) for end in (numbers[1] or numbers[3], numbers[2] or numbers[3]))
        what = ""
    level = what[1:] if what.startswith("^") else ""
    value = "" if level else what
    return Constraint(kind, reading, 0, 0, value, low, high, "".join(unit), level, negated)  # type: ignore[arg-type]
