"""An error as the log may have it: where it happened, without texts that people wrote."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from typing import Final

from shelfwise.errors import ShopError, StorageError

FRAMES: Final = 12  # of a stack, the innermost
CAUSES: Final = 4
# Their messages name files and what is wrong with them. Those of any other may hold what a shopper typed.
SPEAKING: Final = (ShopError, StorageError)


def told(error: BaseException) -> dict[str, object]:
    """The kinds of an error and its causes, the message where it speaks of files only, and the places in the code.

    >>> told(ValueError("a shopper's own words"))
    {'error': ['ValueError'], 'message': '', 'at': []}
    """
    message = str(error) if isinstance(error, SPEAKING) else ""
    return {"error": [type(one).__name__ for one in _chain(error)], "message": message, "at": list(_places(error))}


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error, what caused it, what caused that."""
    current: BaseException | None = error
    for _ in range(CAUSES):
        if current is None:
            return
        yield current
        current = current.__cause__ or current.__context__


def _places(error: BaseException) -> Iterator[str]:
    for frame in traceback.extract_tb(error.__traceback__)[-FRAMES:]:
        yield f"{frame.filename}:{frame.lineno} {frame.name}"
