"""Shoppers who are expected soon: a prediction writes them down, and servers make their rows before they ask."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Final

import orjson

from shelfwise.locks import locked
from shelfwise.storage import replace_file, storage_errors

FILE: Final = "expected.json"
MOST: Final = 500  # shoppers; their rows are made again and again while they are expected


class Expected:
    """At most MOST names in a file of a shop's `recommend/`, the likeliest first. Processes may share it.

    Hazard: it holds names of shoppers; who forgets one calls `keep`.
    """

    def __init__(self, folder: Path) -> None:
        self._file = folder / FILE

    def write(self, shoppers: Sequence[str]) -> None:
        """Expect these from now on. Raises StorageError when the disk refuses."""
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with storage_errors(str(self._file)), self._alone():
            replace_file(self._file, orjson.dumps(list(shoppers[:MOST])))

    def read(self) -> tuple[str, ...]:
        """Who is expected; nobody before the first prediction, and where the file cannot be read."""
        try:
            found = orjson.loads(self._file.read_bytes())
        except (OSError, ValueError):
            return ()
        return tuple(name for name in found if isinstance(name, str))[:MOST] if isinstance(found, list) else ()

    def keep(self, known: Callable[[str], object]) -> None:
        """Take out those who are not known any more. Raises StorageError when the disk refuses."""
        if not self._file.exists():
            return
        with storage_errors(str(self._file)), self._alone():
            before = self.read()
            after = [name for name in before if known(name)]
            if len(after) < len(before):
                replace_file(self._file, orjson.dumps(after))

    def _alone(self) -> AbstractContextManager[None]:
        return locked(self._file.with_name(f".{FILE}.lock"))
