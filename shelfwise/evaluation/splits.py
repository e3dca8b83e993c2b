"""Which queries may be tuned on, and which may not.

The hazard: a query that is tuned on under one spelling, file or language and measured under another. So the place of a
query follows from a hash of its own text (or of the text that it translates) and nothing else: not from the order of a
file, nor from which other queries are in it.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Literal

import numpy as np

from shelfwise.errors import InputError
from shelfwise.types import Int32

Part = Literal["all", "train", "valid"]


def fraction_of(query: str, *, seed: int = 0) -> float:
    """A number in [0, 1) that belongs to the query: 8 bytes of BLAKE2b over the seed and the text.

    Case, width and blanks do not matter.

    >>> fraction_of("Phone  case") == fraction_of("phone case")
    True
    """
    plain = " ".join(unicodedata.normalize("NFKC", query).casefold().split())
    digest = hashlib.blake2b(f"{seed}\0{plain}".encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return (int.from_bytes(digest, "big") >> 11) / 2**53


def split(
    queries: Iterable[str],
    part: Part,
    *,
    valid_share: float = 0.5,
    seed: int = 0,
    originals: Mapping[str, str] | None = None,
) -> list[str]:
    """The queries of a part, in the order given. `train` and `valid` share none; together they are `all`.

    originals: translated or misspelt query → the query that it stands for, whose part it shares.

    Raises InputError for an unknown part or a share outside 0 to 1.
    """
    if part not in ("all", "train", "valid"):
        raise InputError(f"unknown split {part!r}; expected all, train or valid.")
    if not 0 < valid_share < 1:
        raise InputError(f"found the share {valid_share} for validation, expected a number between 0 and 1.")
    known = originals or {}
    return [
        query
        for query in queries
        if part == "all" or (fraction_of(known.get(query, query), seed=seed) < valid_share) == (part == "valid")
    ]


def folds_of(queries: Iterable[str], folds: int, *, seed: int = 0, originals: Mapping[str, str] | None = None) -> Int32:
    """Int32[q], the fold (0 … folds − 1) of each query. Folds are of like size in expectation, not exactly.

    Raises InputError for fewer than two folds.
    """
    if folds < 2:
        raise InputError(f"found {folds} folds, expected 2 or more.")
    known = originals or {}
    return np.array([int(folds * fraction_of(known.get(each, each), seed=seed)) for each in queries], np.int32)
