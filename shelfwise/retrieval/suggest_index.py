"""Autocomplete's lines and keys in arrays: n lines by falling weight, m keys sorted, and which lines each key has.

Line numbers are ranks, so the smallest numbers of a key range are its weightiest lines. All arrays are files of their
own, mapped into memory when opened; only the list of keys is read into it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from threading import Lock
from typing import Any, Final, Literal, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from shelfwise.errors import CorruptIndexError
from shelfwise.types import Int32, Int64

Kind: TypeAlias = Literal["query", "category", "brand", "product"]
KINDS: Final[tuple[Kind, ...]] = ("query", "category", "brand", "product")
_NAMES: Final = ("kinds", "weights", "texts", "text_ends", "ids", "id_ends", "keys", "key_ends", "lines", "line_ends")
_ENDS: Final = {"texts": "text_ends", "ids": "id_ends", "keys": "key_ends"}
_AFTER: Final = "\U0010ffff"  # sorts behind every key that begins alike


@dataclass(frozen=True, slots=True)
class Line:
    """A line that may be suggested: what it is, its weight (0 to 1), its text, and where it leads."""

    kind: Kind
    weight: float
    text: str
    id: str = ""


class LineIndex(Protocol):
    """Lines found by the beginnings of their keys."""

    def __len__(self) -> int: ...

    def line(self, number: int) -> Line:
        """A line by number."""
        ...

    def find(self, key: str, whole: bool = False) -> Int32:
        """Numbers of the lines that have a key, or one that begins with it; perhaps several times, in no order."""
        ...

    def weightiest(self, numbers: Int32, limit: int) -> list[int]:
        """The different lines of greatest weight among `numbers`."""
        ...


class StoredIndex:
    """The lines of a generation, in mapped files."""

    def __init__(self, arrays: Mapping[str, npt.NDArray[Any]]) -> None:
        self._arrays = arrays
        self._line_ends: Int64 = arrays["line_ends"]
        ends = arrays["key_ends"]
        blob = arrays["keys"].tobytes()
        starts = np.concatenate(([0], ends[:-1])) if len(ends) else ends
        self._keys = [blob[a:b].decode() for a, b in zip(starts.tolist(), ends.tolist(), strict=True)]

    @classmethod
    def build(cls, lines: Sequence[Line], names: Sequence[str], owned: Sequence[Sequence[int]]) -> StoredIndex:
        """An index of lines; `names` are the keys, and owned[i] the numbers of those that lines[i] has."""
        order = sorted(range(len(lines)), key=lambda at: (-lines[at].weight, lines[at].text, lines[at].id))
        by_name = sorted(range(len(names)), key=names.__getitem__)
        key_ranks = np.empty(len(names), dtype=np.int64)
        key_ranks[by_name] = np.arange(len(names))
        counts = [len(owned[at]) for at in order]
        flat = np.fromiter(chain.from_iterable(owned[at] for at in order), dtype=np.int64, count=sum(counts))
        keys = key_ranks[flat]  # (p,) pairs of line and key
        numbers = np.repeat(np.arange(len(order), dtype=np.int32), counts)  # (p,)
        ordered = [lines[at] for at in order]
        arrays: dict[str, npt.NDArray[Any]] = {
            "kinds": np.array([KINDS.index(line.kind) for line in ordered], dtype=np.uint8),
            "weights": np.array([line.weight for line in ordered], dtype=np.float32),
            "lines": numbers[np.argsort(keys, kind="stable")],
            "line_ends": np.cumsum(np.bincount(keys, minlength=len(names)), dtype=np.int64),
        }
        texts = {"texts": [line.text for line in ordered], "ids": [line.id for line in ordered]}
        for blob, column in (*texts.items(), ("keys", [names[at] for at in by_name])):
            encoded = [text.encode("utf-8", "replace") for text in column]
            arrays[blob] = np.frombuffer(b"".join(encoded), dtype=np.uint8)
            arrays[_ENDS[blob]] = np.cumsum([len(text) for text in encoded], dtype=np.int64)
        return cls(arrays)

    def write(self, into: Path) -> None:
        """Writes the arrays, a file each."""
        for name in _NAMES:
            np.save(into / f"{name}.npy", self._arrays[name])

    @classmethod
    def open(cls, folder: Path) -> StoredIndex:
        """The index of a folder. Raises CorruptIndexError naming the file."""
        arrays: dict[str, npt.NDArray[Any]] = {}
        for name in _NAMES:
            path = folder / f"{name}.npy"
            try:
                arrays[name] = _load(path)
            except (OSError, ValueError, EOFError) as error:
                raise CorruptIndexError(f"{path}: cannot be read: {error}.") from error
        return cls(arrays)

    def __len__(self) -> int:
        return len(self._arrays["kinds"])

    def line(self, number: int) -> Line:
        """A line by number."""
        kind = KINDS[int(self._arrays["kinds"][number])]
        weight = float(self._arrays["weights"][number])
        return Line(kind, weight, self._text("texts", "text_ends", number), self._text("ids", "id_ends", number))

    def find(self, key: str, whole: bool = False) -> Int32:
        """See LineIndex; the keys of a range are neighbours, so the answer is a slice."""
        low = bisect_left(self._keys, key)
        high = bisect_left(self._keys, key + ("\0" if whole else _AFTER), low)
        if low == high:
            return self._arrays["lines"][:0]
        start = int(self._line_ends[low - 1]) if low else 0
        return self._arrays["lines"][start : int(self._line_ends[high - 1])]

    def weightiest(self, numbers: Int32, limit: int) -> list[int]:
        """See LineIndex; the smallest numbers, of which a line may have several."""
        many = 8 * limit
        if len(numbers) > many:
            numbers = np.partition(numbers, many)[:many]
        return [int(number) for number in np.unique(numbers)[:limit]]

    def _text(self, blob: str, ends: str, number: int) -> str:
        start = int(self._arrays[ends][number - 1]) if number else 0
        return self._arrays[blob][start : int(self._arrays[ends][number])].tobytes().decode("utf-8")


class LiveIndex:
    """Lines added since the generation was built; small, in memory. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lines: list[Line] = []
        self._postings: dict[str, list[int]] = {}
        self._keys: list[str] = []
        self._unsorted = False
        self._lock = Lock()

    def add(self, line: Line, keys: Iterable[str]) -> None:
        """Adds a line; its number is how many were there before."""
        with self._lock:
            number = len(self._lines)
            self._lines.append(line)
            for key in keys:
                if key not in self._postings:
                    self._keys.append(key)
                    self._unsorted = True
                self._postings.setdefault(key, []).append(number)

    def __len__(self) -> int:
        return len(self._lines)

    def line(self, number: int) -> Line:
        """A line by number."""
        return self._lines[number]

    def find(self, key: str, whole: bool = False) -> Int32:
        """See LineIndex."""
        with self._lock:
            if self._unsorted:
                self._keys.sort()
                self._unsorted = False
            low = bisect_left(self._keys, key)
            high = bisect_left(self._keys, key + ("\0" if whole else _AFTER), low)
            return np.array([n for name in self._keys[low:high] for n in self._postings[name]], dtype=np.int32)

    def weightiest(self, numbers: Int32, limit: int) -> list[int]:
        """See LineIndex; of equal ones the newest, since older ones may have been replaced."""
        return sorted({int(n) for n in numbers}, key=lambda n: (-self._lines[n].weight, -n))[:limit]


def _load(path: Path) -> npt.NDArray[Any]:
    try:
        found: npt.NDArray[Any] = np.load(path, mmap_mode="r", allow_pickle=False)
    except ValueError:  # an empty array cannot be mapped
        found = np.load(path, allow_pickle=False)
    return found
