"""What belongs to a row and is not searched: the product's id and its payload, in files mapped into memory."""

from __future__ import annotations

import hashlib
import mmap
from array import array
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from shelfwise.errors import InputError
from shelfwise.retrieval.arrays import load_array, save_array
from shelfwise.types import Int64


def _hash(id: str) -> int:
    return int.from_bytes(hashlib.blake2b(id.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")


class RowsWriter:
    """Writes ids and payloads row by row."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._ids, self._payloads = (folder / "ids.bin").open("wb"), (folder / "payloads.bin").open("wb")
        self._id_ends, self._payload_ends, self._hashes = array("q", [0]), array("q", [0]), array("Q")

    def add(self, id: str, payload: bytes) -> None:
        """The next row."""
        text = id.encode()
        self._ids.write(text)
        self._payloads.write(payload)
        self._id_ends.append(self._id_ends[-1] + len(text))
        self._payload_ends.append(self._payload_ends[-1] + len(payload))
        self._hashes.append(_hash(id))

    def finish(self) -> None:
        """Write the rest of the files. Raises InputError for an id that came twice."""
        self.close()
        hashes = np.frombuffer(self._hashes, np.uint64)
        order = np.argsort(hashes, kind="stable")
        self._check(hashes, order)
        save_array(self._folder / "id_ends.npy", np.frombuffer(self._id_ends, np.int64))
        save_array(self._folder / "payload_ends.npy", np.frombuffer(self._payload_ends, np.int64))
        save_array(self._folder / "hashes.npy", hashes[order])
        save_array(self._folder / "hash_rows.npy", order.astype(np.int32))

    def close(self) -> None:
        """Close the files, finished or not."""
        self._ids.close()
        self._payloads.close()

    def _check(self, hashes: npt.NDArray[np.uint64], order: Int64) -> None:
        same = np.flatnonzero(hashes[order][1:] == hashes[order][:-1])
        text = (self._folder / "ids.bin").read_bytes() if len(same) else b""
        for place in same:
            one, other = (text[self._id_ends[row] : self._id_ends[row + 1]] for row in order[place : place + 2])
            if one == other:
                raise InputError(f"The product id {one.decode()!r} comes twice.", hint="Ids must be unique.")


class Rows:
    """Ids and payloads of a generation's rows."""

    def __init__(self, folder: Path) -> None:
        self._ids, self._payloads = _map(folder / "ids.bin"), _map(folder / "payloads.bin")
        self._id_ends, self._payload_ends = load_array(folder / "id_ends.npy"), load_array(folder / "payload_ends.npy")
        self._hashes, self._hash_rows = load_array(folder / "hashes.npy"), load_array(folder / "hash_rows.npy")
        self.n = len(self._hashes)

    def id(self, row: int) -> str:
        """The id of a row."""
        return bytes(self._ids[self._id_ends[row] : self._id_ends[row + 1]]).decode()

    def payload(self, row: int) -> bytes:
        """The payload of a row."""
        return bytes(self._payloads[self._payload_ends[row] : self._payload_ends[row + 1]])

    def row(self, id: str) -> int | None:
        """The row of an id, or None."""
        wanted = np.uint64(_hash(id))
        place = int(np.searchsorted(self._hashes, wanted))
        while place < self.n and self._hashes[place] == wanted:
            row = int(self._hash_rows[place])
            if self.id(row) == id:
                return row
            place += 1
        return None


def _map(path: Path) -> bytes | mmap.mmap:
    if not path.stat().st_size:
        return b""
    with path.open("rb") as file:
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)


@dataclass(frozen=True, slots=True)
class LiveRows:
    """The rows of a generation and what live changes made of them. Never changed: a change makes a new one.

    moved: id → its row now, or None when it is deleted. ids: row → id of added rows. payloads: those that changed.
    """

    base: Rows
    moved: Mapping[str, int | None] = field(default_factory=lambda: MappingProxyType({}))
    ids: Mapping[int, str] = field(default_factory=lambda: MappingProxyType({}))
    payloads: Mapping[int, bytes] = field(default_factory=lambda: MappingProxyType({}))

    def id(self, row: int) -> str:
        """The id of a row."""
        return self.base.id(row) if row < self.base.n else self.ids[row]

    def payload(self, row: int) -> bytes:
        """The payload of a row as it is now."""
        found = self.payloads.get(row)
        return self.base.payload(row) if found is None else found

    def row(self, id: str) -> int | None:
        """The row of an id, or None."""
        return self.moved[id] if id in self.moved else self.base.row(id)
