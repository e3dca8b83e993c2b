"""The one shape of what models learn from: a query, and texts with grades.

In JSON Lines, one object a line:

    {"query": "usb c cable", "texts": ["Anker USB-C …", "HDMI …"], "grades": [1.0, 0.0], "group": "usb c cable",
     "source": "judgments"}

A pair (title → description) is an example with one text of grade 1; the texts of other examples of its batch are then
its negatives.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import orjson

from shelfwise.errors import InputError
from shelfwise.storage import replace_file


@dataclass(frozen=True, slots=True)
class Example:
    """A query and texts with a grade each, 0 (does not fit) to 1 (fits as well as can be).

    group: what must never stand on both sides of a split: a query, a product, a question's product.
    source: where it came from ("judgments", "catalog", "log", "reviews", "questions").
    time: when it was last so, in seconds since 1970; None where that is not known.
    """

    query: str
    texts: tuple[str, ...]
    grades: tuple[float, ...]
    group: str
    source: str
    time: float | None = None

    def __post_init__(self) -> None:
        if len(self.texts) != len(self.grades):
            raise InputError(f"{self.query!r}: {len(self.texts)} texts and {len(self.grades)} grades.")
        if not all(0.0 <= grade <= 1.0 for grade in self.grades):
            raise InputError(f"{self.query!r}: grades {self.grades}, expected 0 to 1.")

    @property
    def positives(self) -> tuple[str, ...]:
        """The texts that fit, best first."""
        order = sorted(range(len(self.texts)), key=lambda row: -self.grades[row])
        return tuple(self.texts[row] for row in order if self.grades[row] > 0)

    @property
    def negatives(self) -> tuple[str, ...]:
        """The texts that somebody said do not fit."""
        return tuple(text for text, grade in zip(self.texts, self.grades, strict=True) if grade == 0)


def write_examples(examples: Iterable[Example], path: Path) -> int:
    """Writes a file of examples as a whole; how many."""
    lines = [orjson.dumps(as_fields(example)) for example in examples]
    replace_file(path, b"".join(line + b"\n" for line in lines))
    return len(lines)


def as_fields(example: Example) -> dict[str, object]:
    """An example as the object of its line; a time that is not known is left out."""
    fields = asdict(example)
    if example.time is None:
        del fields["time"]
    return fields


def read_examples(path: Path) -> Iterator[Example]:
    """The examples of a file.

    Raises:
        InputError: a line is not of the shape above; the message names file, line and field.
    """
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if line.strip():
                yield _read(line, f"{path}, line {number}")


def _read(line: bytes, place: str) -> Example:
    try:
        found = orjson.loads(line)
        if not isinstance(found, dict):
            raise ValueError(f"found {type(found).__name__}, expected an object")
        query, texts = found["query"], tuple(found["texts"])
        if not isinstance(query, str) or not all(isinstance(text, str) for text in texts):
            raise ValueError("query and texts: expected text")
        grades = tuple(float(grade) for grade in found.get("grades", [1.0] * len(texts)))
        time = found.get("time")
        return Example(
            query,
            texts,
            grades,
            str(found.get("group", query)),
            str(found.get("source", "file")),
            None if time is None else float(time),
        )
    except KeyError as error:
        raise InputError(f"{place}: {error.args[0]} is missing.") from error
    except (ValueError, TypeError, InputError) as error:
        raise InputError(f"{place}: {error}") from error
