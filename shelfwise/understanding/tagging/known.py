"""Spans of labelled texts, found again in other texts: a lexicon that comes with the labels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final, Self, TypeAlias

import orjson

from shelfwise.errors import CorruptIndexError

Name: TypeAlias = tuple[str, ...]  # the units of a span
MAX_UNITS: Final = 12


def places(size: int) -> str:
    """The places in a name of so many units: begin, inside, end, or single.

    >>> places(1), places(4)
    ('S', 'BIIE')
    """
    return "S" if size == 1 else "B" + "I" * (size - 2) + "E"


class KnownSpans:
    """Names and the kind that each was labelled as, most often."""

    def __init__(self, labelled: Iterable[tuple[Name, str]] = ()) -> None:
        counts: dict[Name, Counter[str]] = {}
        for name, kind in labelled:
            if 1 < len(name) <= MAX_UNITS or (len(name) == 1 and len(name[0]) > 1):
                counts.setdefault(name, Counter())[kind] += 1
        self.kinds = {name: min(found, key=lambda kind: (-found[kind], kind)) for name, found in counts.items()}
        self._longest: dict[str, int] = {}
        for name in self.kinds:
            self._longest[name[0]] = max(len(name), self._longest.get(name[0], 0))

    def places(self, units: Sequence[str]) -> list[list[str]]:
        """Features of each unit: its place in the longest name that begins there or before it, without overlap."""
        found: list[list[str]] = [[] for _ in units]
        at = 0
        while at < len(units):
            last = self._match(units, at)
            if last is None:
                at += 1
                continue
            kind = self.kinds[tuple(units[at:last])]
            for i, place in zip(range(at, last), places(last - at), strict=True):
                found[i].append(f"k={place}{kind}")
            if last < len(units):
                found[last].append(f"k<{kind}")
            if at:
                found[at - 1].append(f"k>{kind}")
            at = last
        return found

    def _match(self, units: Sequence[str], at: int) -> int | None:
        longest = min(len(units), at + self._longest.get(units[at], 0))
        return next((last for last in range(longest, at, -1) if tuple(units[at:last]) in self.kinds), None)

    def write(self, path: Path) -> None:
        """Write the names as JSON: kind → names, their units divided by spaces."""
        by_kind: dict[str, list[str]] = {}
        for name, kind in self.kinds.items():
            by_kind.setdefault(kind, []).append(" ".join(name))
        path.write_bytes(orjson.dumps(by_kind))

    @classmethod
    def read(cls, path: Path) -> Self:
        """The names of a file. Raises CorruptIndexError."""
        try:
            by_kind = orjson.loads(path.read_bytes())
            return cls((tuple(name.split(" ")), kind) for kind, names in by_kind.items() for name in names)
        except (OSError, ValueError, AttributeError, TypeError) as error:
            raise CorruptIndexError(f"{path}: not a list of known spans: {error}.") from error
