"""What the writer of graphs (bert_graph.py) wants to know of a BERT: sizes, matrices, and a table of words.

Names are short: `emb.pos`, `emb.type`, `emb.ln`, and for layer i `l{i}.q`, `.k`, `.v`, `.ao` (attention's output),
`.aln` (its norm), `.fi`, `.fo` (the inner layer, in and out), `.oln`; a vector of biases is `….b`, of a norm's gains
`….w`. A model that scores pairs has `pooler` and `score` besides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from shelfwise.language.encoders.e5_weights import BLOCK, Q4
from shelfwise.language.encoders.quantize import quantize_rows
from shelfwise.types import Float32

PARTS: Final = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}  # the short name of a layer's part → the one of Transformers
_ROWS: Final = 20_000  # of a table looked at together


@dataclass(frozen=True, slots=True)
class Rows8:
    """A matrix in 8 bits: Int8[rows, columns] and a scale for each row, Float32[rows]."""

    values: npt.NDArray[np.int8]
    scales: Float32

    @classmethod
    def of(cls, table: Float32) -> Rows8:
        """The nearest to Float32[rows, columns]."""
        return cls(*quantize_rows(table))

    def dense(self) -> Float32:
        """Float32[rows, columns]."""
        found: Float32 = self.values * self.scales[:, None]
        return found


WordTable: TypeAlias = Q4 | Rows8 | Float32


class BertWeights(Protocol):
    """The weights of a BERT: norms after each part, gelu, learned positions."""

    @property
    def hidden(self) -> int:
        """The width of a token's state."""

    @property
    def layers(self) -> int:
        """How many there are."""

    @property
    def heads(self) -> int:
        """Heads of attention in each layer."""

    @property
    def epsilon(self) -> float:
        """What the norms add to a variance."""

    @property
    def floats(self) -> Mapping[str, Float32]:
        """Name → vector; `emb.pos` and `emb.type` are tables, flat."""

    @property
    def words(self) -> WordTable:
        """A row for each token."""

    def matrix(self, name: str) -> Float32:
        """Float32[outputs, inputs]."""


@dataclass(frozen=True, slots=True)
class DenseBert:
    """A BertWeights out of arrays."""

    hidden: int
    layers: int
    heads: int
    epsilon: float
    floats: Mapping[str, Float32]
    matrices: Mapping[str, Float32]
    words: WordTable

    def matrix(self, name: str) -> Float32:
        """Float32[outputs, inputs]."""
        return self.matrices[name]


def exact_blocks(table: Float32) -> Q4 | None:
    """The table in 4 bits without loss, where it came out of such blocks; else None.

    A block's scale is ±max |w| / k for a whole k up to 8, its weights are scale · (−8 … 7) to float32's precision.

    >>> exact_blocks(np.full((1, 32), 0.5, np.float32)).scales.tolist()
    [[-0.0625]]
    >>> exact_blocks(np.linspace(0, 1, 32, dtype=np.float32)[None]) is None
    True
    """
    rows, columns = table.shape
    if columns % BLOCK:
        return None
    parts = []
    for start in range(0, rows, _ROWS):
        found = _exact(table[start : start + _ROWS].reshape(-1, BLOCK))
        if found is None:
            return None
        parts.append(found)
    nibbles = np.concatenate([each for each, _ in parts]).reshape(rows, -1, BLOCK)
    return Q4(nibbles, np.concatenate([each for _, each in parts]).reshape(rows, -1))


def _exact(blocks: Float32) -> tuple[npt.NDArray[np.uint8], Float32] | None:
    """Nibbles and scales of blocks Float32[n, 32], or None."""
    largest = np.abs(blocks).max(axis=1)
    nibbles = np.full(blocks.shape, 8, np.uint8)
    scales = np.ones(len(blocks), np.float32)
    left = np.flatnonzero(largest > 0)
    for steps in range(8, 0, -1):
        scale = largest[left] / np.float32(steps)
        whole = np.rint(blocks[left] / scale[:, None])
        scale *= np.where(whole.max(axis=1) < 8, 1, -1)  # −8 is there, 8 is not: the sign is the scale's
        whole = np.rint(blocks[left] / scale[:, None])
        off = np.abs(whole * scale[:, None] - blocks[left]).max(axis=1)
        good = (off <= 1e-6 * largest[left]) & (whole.max(axis=1) < 8)
        nibbles[left[good]] = (whole[good] + 8).astype(np.uint8)
        scales[left[good]] = scale[good]
        left = left[~good]
    return (nibbles, scales) if not len(left) else None
