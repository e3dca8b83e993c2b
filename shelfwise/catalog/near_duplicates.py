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
from itertools import combinations, islice
from zlib import crc32

import numpy as np
import numpy.typing as npt

HASHES = 64
BANDS = 16
ROWS = HASHES // BANDS
SIMILAR = 0.8
MAX_BUCKET = 50  # in a larger one each title is compared with its next neighbours only
MIN_SHINGLES = 3
MARGIN = 0.25  # five deviations of the estimate of J = .8 from HASHES minima
PAIRS_AT_ONCE = 65536
SEED = 20240229
_DIGIT = re.compile(r"\d")
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
    if (not one and not other) or any(_DIGIT.search(piece) for piece in one ^ other):
        return 0.0
    return len(one & other) / len(one | other)


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
        for pair in self._likely():
            one, other = (self._titles[index] for index in pair)
            score = similarity(shingles(one), shingles(other))
            if score >= SIMILAR and not same_title(one, other):
                found[pair] = score
        ids, titles = self._ids, self._titles
        order = sorted(found, key=lambda pair: (-found[pair], pair))
        return [
            NearDuplicate((ids[one], ids[other]), (titles[one], titles[other]), round(found[one, other], 4))
            for one, other in order
        ]

    def _likely(self) -> set[tuple[int, int]]:
        """Pairs in a common bucket of which so many minima agree that they may be similar."""
        likely: set[tuple[int, int]] = set()
        if not self._minima:
            return likely
        minima = np.stack(self._minima)  # [n, HASHES]
        candidates = _candidates(minima)
        while part := list(islice(candidates, PAIRS_AT_ONCE)):
            pairs = np.array(part)  # [m, 2]
            agree = (minima[pairs[:, 0]] == minima[pairs[:, 1]]).mean(axis=1)  # [m]
            likely.update(map(tuple, pairs[agree >= SIMILAR - MARGIN].tolist()))
        return likely


def _candidates(minima: npt.NDArray[np.uint32]) -> Iterator[tuple[int, int]]:
    """Pairs of rows that are the same in one band of columns."""
    for band in range(BANDS):
        rows = np.ascontiguousarray(minima[:, band * ROWS : (band + 1) * ROWS])
        order = np.lexsort(rows.T)  # [n], equal rows side by side
        starts = np.flatnonzero(np.append(True, (rows[order][1:] != rows[order][:-1]).any(axis=1)))
        for start, end in zip(starts.tolist(), [*starts[1:].tolist(), len(order)], strict=True):
            if end - start > 1:
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
