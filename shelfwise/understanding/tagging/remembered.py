"""Texts that were labelled by hand are answered as they were labelled; all others by a tagger.

A tagger's model generalises over contradicting labels, so it gets some of its own training texts wrong. A merchant who
labels a query wants that query right. What is kept is a digest of each text, not the text.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final, Generic, Self, TypeAlias, TypeVar

import orjson

from shelfwise.errors import CorruptIndexError
from shelfwise.understanding.tagging.base import Span, Tagged, Tagger
from shelfwise.understanding.tagging.units import Unit, labels, split, stretches

FILE: Final = "tagger.labelled.json"
T = TypeVar("T", bound=Tagger)
Stretches: TypeAlias = tuple[tuple[int, int, str], ...]  # first unit, one past the last, kind


class Remembered(Generic[T]):
    """`tagger`, but for labelled texts. `known`: digest of a text → its spans."""

    def __init__(self, tagger: T, known: Mapping[str, Stretches]) -> None:
        self.tagger = tagger
        self._known = dict(known)

    @classmethod
    def of(cls, tagger: T, sentences: Iterable[Tagged]) -> Self:
        """With these labelled texts; of several labellings of one text the most frequent counts, then the first."""
        votes: dict[str, Counter[Stretches]] = {}
        for sentence in sentences:
            units = split(sentence.text)
            found = tuple(stretches(labels(units, sentence.spans)))
            votes.setdefault(digest(units), Counter())[found] += 1
        return cls(tagger, {key: counts.most_common(1)[0][0] for key, counts in votes.items()})

    def knows(self, text: str) -> bool:
        """Whether the text was labelled."""
        return digest(split(text)) in self._known

    def tag(self, text: str) -> list[Span]:
        """The spans of a text."""
        units = split(text)
        found = self._known.get(digest(units))
        if found is None:
            return self.tagger.tag(text)
        return [Span(units[first].start, units[last - 1].end, kind) for first, last, kind in found]

    def save(self, into: Path) -> None:
        """Write the labelled texts (not the tagger) into a folder."""
        (into / FILE).write_bytes(orjson.dumps(self._known))

    @classmethod
    def open(cls, folder: Path, tagger: T) -> Self:
        """The labelled texts of a folder. Raises CorruptIndexError."""
        path = folder / FILE
        try:
            raw = orjson.loads(path.read_bytes())
            known = {str(key): tuple((int(a), int(b), str(kind)) for a, b, kind in of) for key, of in raw.items()}
        except (OSError, ValueError, AttributeError, TypeError) as error:
            raise CorruptIndexError(f"{path}: not a list of labelled texts: {error}.") from error
        return cls(tagger, known)


def digest(units: Sequence[Unit]) -> str:
    """A key that texts have in common when they have the same units.

    >>> digest(split("USB stick")) == digest(split("usb  Stick"))
    True
    """
    return hashlib.blake2b("\n".join(unit.text for unit in units).encode(), digest_size=12).hexdigest()
