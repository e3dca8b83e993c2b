"""An encoder without layers: a vector for each token, summed. Numbers out of a table, in NumPy.

    v = Σₜ s[t]·e[t] / ‖Σₜ s[t]·e[t]‖₂      over the tokens of a text; e Int8[V, d], s Float32[V]

What a token weighs is in its scale s. Queries and products are read alike; the order of words is not seen.

Relations: dozens of times the speed of the model that it was distilled from (training/shrink/table.py), for a million
products on a processor; less exact, for it knows no context.
"""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from itertools import chain
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from shelfwise.errors import EncoderError
from shelfwise.language.base import TextKind
from shelfwise.language.encoders.e5_tokenizer import E5Tokenizer
from shelfwise.language.encoders.onnx import CHARACTERS_A_TOKEN, Tokens, clean, open_tokenizer
from shelfwise.language.exported import PIECES, Manifest, read_manifest
from shelfwise.types import Float32

_CHUNK = 2048  # texts summed together


class TableEncoder:
    """A table behind the Encoder contract. Safe to call from several threads at once.

    tokenizer: texts → the ids of their tokens, without any that enclose them. A text without tokens points along
    axis 0.

    >>> table = np.array([[3, 0], [0, 4]], np.int8)
    >>> ids = {"a": [0], "a b": [0, 1], "": []}
    >>> made = TableEncoder(table, np.ones(2, np.float32), lambda texts: [ids[text] for text in texts], name="tiny")
    >>> made.encode(["a", "a b", ""], "query").round(1).tolist()
    [[1.0, 0.0], [0.6000000238418579, 0.800000011920929], [1.0, 0.0]]
    """

    def __init__(
        self, table: npt.NDArray[np.int8], scales: Float32, tokenizer: Tokens, *, name: str, max_tokens: int = 512
    ) -> None:
        self._table = table
        self._scales = scales
        self._tokenize = tokenizer
        self._characters = max_tokens * CHARACTERS_A_TOKEN
        self.dim = int(table.shape[1])
        self.name = name

    def encode(self, texts: Sequence[str], kind: TextKind) -> Float32:
        """Unit rows, Float32[len(texts), dim]; queries and products alike."""
        vectors = np.zeros((len(texts), self.dim), np.float32)
        for start in range(0, len(texts), _CHUNK):
            chunk = [clean(text, self._characters) for text in texts[start : start + _CHUNK]]
            vectors[start : start + len(chunk)] = self._sum(self._tokenize(chunk))
        norm = np.linalg.norm(vectors, axis=1, keepdims=True)  # [n, 1]
        vectors[norm[:, 0] == 0, 0] = 1.0
        return (vectors / np.where(norm == 0, 1.0, norm)).astype(np.float32, copy=False)

    def _sum(self, tokens: Sequence[Sequence[int]]) -> Float32:
        ends = np.cumsum([0, *(len(each) for each in tokens)])
        ids = np.fromiter(chain.from_iterable(tokens), np.int64, int(ends[-1]))
        known, at = np.unique(ids, return_inverse=True)  # only these rows become float32
        counts = csr_matrix((self._scales[ids], at, ends), shape=(len(tokens), len(known)))
        found: Float32 = counts @ self._table[known].astype(np.float32)  # [n, d]
        return found


def load_table(folder: Path) -> TableEncoder:
    """The table in a folder that `training.shrink.table` wrote.

    Raises:
        EncoderError: a file is missing, damaged or of another kind.
    """
    manifest = read_manifest(folder, ("table",))
    path = folder / manifest.weights
    try:
        with np.load(path, allow_pickle=False) as found:
            table, scales = found["table"], found["scales"]
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise EncoderError(f"{path}: not a table: {error}.") from error
    if table.dtype != np.int8 or scales.dtype != np.float32 or table.shape != (len(scales), manifest.dim):
        raise EncoderError(f"{path}: {table.dtype}{table.shape} with {scales.shape} scales, expected Int8[V, d], [V].")
    name = f"{manifest.name}-{manifest.digest}"
    return TableEncoder(table, scales, _tokens(folder, manifest), name=name, max_tokens=manifest.max_tokens)


def _tokens(folder: Path, manifest: Manifest) -> Tokens:
    path = folder / manifest.tokenizer
    if manifest.tokenizer == PIECES:
        pieces = E5Tokenizer(path, manifest.max_tokens)
        return lambda texts: [ids[1:-1] for ids in pieces(texts)]
    opened = open_tokenizer(path, manifest.max_tokens)
    return lambda texts: [each.ids for each in opened.encode_batch_fast(list(texts), add_special_tokens=False)]
