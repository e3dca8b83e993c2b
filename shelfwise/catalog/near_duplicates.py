"""Products whose titles are nearly the same: MinHash to find candidates, exact similarity to be sure.

A title is a set S of shingles: its words, numbers and codes, and pairs of neighbouring Chinese characters. Similarity
is Jaccard's J(A, B) = |A ∩ B| / |A ∪ B|. For a random order of all shingles the first one of A and of B are the same
with probability J; HASHES such minima cut into BANDS of ROWS put two titles into a common bucket with probability
1 − (1 − J^ROWS)^BANDS (.9998 at J = .8). Only pairs that share a bucket are compared, exactly. Two titles that differ
in a word with a digit (128GB and 256GB, TN-2110 and TN-2120) are different products, not duplicates.

Source: A. Broder, On the resemblance and containment of documents, 1997.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from zlib import crc32

import numpy as np
import numpy.typing as npt

HASHES = 64
BANDS = 16
ROWS = HASHES // BANDS
SIMILAR = 0.8
MAX_BUCKET = 50  # in a larger one each title is compared with its next neighbours only
MIN_SHINGLES = 3
SEED = 20240229
_WORDS = re.compile(r"[a-z0-9]+(?:[-./][a-z0-9]+)*|[\u4e00-\u9fff]+")


@dataclass(frozen=True, slots=True)
class NearDuplicate:
    """Two products and the Jaccard similarity of their titles."""

    ids: tuple[str, str]
    titles: tuple[str, str]
    similarity: float


def shingles(title: str) -> frozenset[str]:
    """The pieces by which titles are compared.

    >>> sorted(shingles("TN-2110 黑色硒鼓"))
    ['tn-2110', '硒鼓', '色硒', '黑色']
    """
    found: set[str] = set()
    for word in _WORDS.findall(title.lower()):
        if word[0] >= "\u4e00":
            found.update(word[at : at + 2] for at in range(max(len(word) - 1, 1)))
        else:
            found.add(word)
    return frozenset(found)


def similarity(one: frozenset[str], other: frozenset[str]) -> float:
    """Jaccard similarity; 0 when a piece with a digit is in one of them alone."""
    if any(any(letter.isdigit() for letter in piece) for piece in one ^ other):
        return 0.0
    return len(one & other) / len(one | other) if one or other else 0.0


def same_title(one: str, other: str) -> bool:
    """Whether titles differ at most in case and spaces; then they are shared, not near-duplicates."""
    return one.lower().split() == other.lower().split()


class NearDuplicates:
    """Takes titles one by one, then gives the pairs. Memory: the titles, and HASHES numbers each."""

    def __init__(self) -> None:
        random = np.random.default_rng(SEED)
        self._seeds = random.integers(0, 1 << 63, HASHES, dtype=np.uint64)
        self._ids: list[str] = []
        self._titles: list[str] = []
        self._minima: list[npt.NDArray[np.uint32]] = []

    def add(self, id: str, title: str) -> None:
        """Take a title; very short ones say too little to compare."""
        pieces = shingles(title)
        if len(pieces) < MIN_SHINGLES:
            return
        hashed = np.array([crc32(piece.encode()) for piece in pieces], dtype=np.uint64)
        mixed = _mix(hashed[:, None] ^ self._seeds)  # [pieces, HASHES]: one random order of all shingles a column
        self._ids.append(id)
        self._titles.append(title)
        self._minima.append(mixed.min(axis=0).astype(np.uint32))  # [HASHES]

    def pairs(self) -> list[NearDuplicate]:
        """Every pair found, the most similar first."""
        found: dict[tuple[int, int], float] = {}
        rejected: set[tuple[int, int]] = set()
        for pair in self._candidates():
            if pair in found or pair in rejected:
                continue
            score = similarity(*(shingles(self._titles[index]) for index in pair))
            if score >= SIMILAR and not same_title(*(self._titles[index] for index in pair)):
                found[pair] = score
            elif len(rejected) < 1_000_000:
                rejected.add(pair)
        ids, titles = self._ids, self._titles
        order = sorted(found, key=lambda pair: (-found[pair], pair))
        return [
            NearDuplicate((ids[one], ids[other]), (titles[one], titles[other]), round(found[one, other], 4))
            for one, other in order
        ]

    def _candidates(self) -> Iterator[tuple[int, int]]:
        if not self._minima:
            return
        minima = np.stack(self._minima)  # [n, HASHES]
        for band in range(BANDS):
            keys = np.ascontiguousarray(minima[:, band * ROWS : (band + 1) * ROWS]).view(f"V{4 * ROWS}").ravel()
            order = np.argsort(keys.view(f"S{4 * ROWS}"), kind="stable")  # [n], equal keys side by side
            starts = np.flatnonzero(np.append(True, keys[order][1:] != keys[order][:-1]))
            for start, end in zip(starts, np.append(starts[1:], len(order)), strict=True):
                yield from _within(sorted(order[start:end].tolist()))


def _mix(numbers: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """The finish of SplitMix64 (Steele et al. 2014): every bit of the result depends on every bit given."""
    numbers = (numbers ^ (numbers >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    numbers = (numbers ^ (numbers >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return (numbers ^ (numbers >> np.uint64(31))) >> np.uint64(32)


def _within(bucket: list[int]) -> Iterator[tuple[int, int]]:
    if len(bucket) <= MAX_BUCKET:
        yield from combinations(bucket, 2)
        return
    for at, one in enumerate(bucket):
        for other in bucket[at + 1 : at + 6]:
            yield one, other
