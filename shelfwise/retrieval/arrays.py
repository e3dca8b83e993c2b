"""Arrays in files: written whole, read through the page cache."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np


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
