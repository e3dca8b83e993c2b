"""What a fitted generator keeps on disk: arrays as .npy files, memory-mapped when read, the rest as JSON. No pickle."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import orjson
from scipy import sparse

from shelfwise.errors import StorageError

_FORMAT = 1


def keep(folder: Path, arrays: Mapping[str, np.ndarray[Any, Any]], rest: Mapping[str, Any]) -> None:
    """Write arrays and the rest (JSON values) into a folder, which is made."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, array in arrays.items():
        np.save(folder / f"{name}.npy", array, allow_pickle=False)
    (folder / "kept.json").write_bytes(orjson.dumps({"format": _FORMAT, **rest}))


def kept(folder: Path, *names: str) -> tuple[dict[str, np.ndarray[Any, Any]], dict[str, Any]]:
    """What `keep` wrote: arrays, read as they are needed, and the rest.

    Raises StorageError for a folder that lacks a file, or was written by another version.
    """
    try:
        rest = orjson.loads((folder / "kept.json").read_bytes())
        arrays = {name: np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False) for name in names}
    except (OSError, ValueError, EOFError) as error:
        raise StorageError(f"{folder}: a fitted generator cannot be read: {error}.", hint="Fit it again.") from error
    if rest.get("format") != _FORMAT:
        raise StorageError(f"{folder}: found format {rest.get('format')!r}, expected {_FORMAT}.", hint="Fit it again.")
    return arrays, rest


def parts_of(matrix: sparse.csr_matrix) -> dict[str, np.ndarray[Any, Any]]:
    """The arrays of a sparse matrix."""
    return {"starts": matrix.indptr, "columns": matrix.indices, "values": matrix.data}


def matrix_of(arrays: Mapping[str, np.ndarray[Any, Any]], shape: tuple[int, int]) -> sparse.csr_matrix:
    """The sparse matrix of `parts_of`."""
    return sparse.csr_matrix((arrays["values"], arrays["columns"], arrays["starts"]), shape=shape, copy=False)
