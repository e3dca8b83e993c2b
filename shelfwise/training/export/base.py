"""What an export is, and how its folder is written: whole or not at all."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, TypeAlias, get_args

from shelfwise.errors import InputError
from shelfwise.language.exported import Kind

Precision: TypeAlias = Literal["float32", "int8", "int8-static"]
Writer: TypeAlias = Literal["fused", "traced", "table"]
PRECISIONS: Final[tuple[Precision, ...]] = get_args(Precision)


@dataclass(frozen=True, slots=True)
class Exported:
    """An exported model: its folder, what it is, and the size of its files in bytes.

    writer: "fused", our own graph (language/encoders/bert_graph.py); "traced", PyTorch's; "table", no graph at all.
    """

    folder: Path
    kind: Kind
    name: str
    precision: str
    writer: Writer
    dim: int
    size: int


def check_precision(precision: str) -> None:
    """Raises InputError for one that is not known."""
    if precision not in PRECISIONS:
        raise InputError(f"precision is {precision!r}, expected one of {', '.join(PRECISIONS)}.")


def size_of(folder: Path) -> int:
    """Bytes of all files in a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


@contextmanager
def writing(into: Path) -> Iterator[Path]:
    """A folder beside `into` that takes its place at the end; an export that fails leaves what was there."""
    into.parent.mkdir(parents=True, exist_ok=True)
    part = Path(tempfile.mkdtemp(prefix=into.name, suffix=".part", dir=into.parent))
    try:
        yield part
        part.chmod(0o755)
        old = Path(tempfile.mkdtemp(prefix=into.name, suffix=".old", dir=into.parent))
        if into.exists():
            into.replace(old / "was")
        part.replace(into)
        shutil.rmtree(old)
    finally:
        shutil.rmtree(part, ignore_errors=True)
