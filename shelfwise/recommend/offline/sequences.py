"""Files of sequences: a line a shopper, `shopper product product …`, the oldest product first, parted by blanks.

The form in which the Amazon review data of recommender papers goes round (Beauty, Sports, Toys; 5-core).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from shelfwise.errors import InputError
from shelfwise.recommend.interactions import Interactions

LONGEST: Final = 10_000_000  # bytes of a line
MOST: Final = 200_000_000  # touches of a file


def read_sequences(path: Path) -> Interactions:
    """The histories of a file, with shoppers' names. Products are numbered in the order in which they come.

    Empty lines are passed over. Raises InputError, with the line, for a file that is not text, a shopper that comes
    twice or has no product, or a file without a shopper.
    """
    places: dict[str, int] = {}
    lists: dict[str, list[int]] = {}
    touches = 0
    for line, words in _lines(path):
        shopper, *products = words
        if not products:
            raise InputError(f"{path}, line {line}: shopper {shopper!r} has no product, expected one or more.")
        if shopper in lists:
            raise InputError(f"{path}, line {line}: shopper {shopper!r} comes twice, expected a line a shopper.")
        touches += len(products)
        if touches > MOST:
            raise InputError(f"{path}, line {line}: more than {MOST:,} touches.")
        lists[shopper] = [places.setdefault(name, len(places)) for name in products]
    if not lists:
        raise InputError(f"{path}: no sequence found, expected lines of a shopper and products.")
    found = Interactions.of_codes(list(lists.values()), tuple(places))
    return Interactions(found.products, found.starts, found.product, found.strength, found.time, tuple(lists))


def _lines(path: Path) -> Iterator[tuple[int, list[str]]]:
    try:
        with path.open("rb") as file:
            for number, raw in enumerate(iter(lambda: file.readline(LONGEST + 1), b""), start=1):
                if len(raw) > LONGEST:
                    raise InputError(f"{path}, line {number}: longer than {LONGEST:,} bytes.")
                try:
                    words = raw.decode("utf-8").split()
                except UnicodeDecodeError as error:
                    raise InputError(f"{path}, line {number}: not UTF-8 text, expected `shopper product …`.") from error
                if words:
                    yield number, words
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}.") from error
