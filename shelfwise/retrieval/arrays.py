"""Arrays in files, written whole and read through the page cache; and products of vectors."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from shelfwise.types import Float32


def products(vectors: np.ndarray[Any, Any], vector: np.ndarray[Any, Any]) -> Float32:
    """Inner product of each row with a vector, Float32[n, d] · Float32[d] → Float32[n].

    Not by BLAS: its threads get in each other's way when several queries run at once, and it rounds the same row
    differently from batch to batch, which would break ties at random.
    """
    return np.asarray(np.einsum("ij,j->i", vectors, np.asarray(vector, np.float32)), np.float32)


def from_half(values: np.ndarray[Any, Any]) -> Float32:
    """Half-precision numbers in single precision, by a table of all of them: twice as fast as converting."""
    return np.asarray(_HALVES.take(values.view(np.uint16)), np.float32)


_HALVES = np.arange(1 << 16, dtype=np.uint16).view(np.float16).astype(np.float32)


def save_array(path: Path, values: np.ndarray[Any, Any]) -> None:
    """Write an array as .npy."""
    with path.open("wb") as file:
        np.save(file, values, allow_pickle=False)


def load_array(path: Path) -> np.ndarray[Any, Any]:
    """The array in the file, mapped into memory and read only."""
    with path.open("rb") as file:
        version = np.lib.format.read_magic(file)
        header = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        shape = header(file)[0]
    if 0 in shape:  # an empty file cannot be mapped
        return np.load(path, allow_pickle=False)  # type: ignore[no-any-return]
    return np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))
