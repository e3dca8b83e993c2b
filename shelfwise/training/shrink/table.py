"""An encoder as a table of token vectors, for catalogues of a million products on a processor.

A text's vector is the weighed mean of its tokens' rows, X·E, with w = a / (a + p) for a token whose share of all tokens
is p. E is fitted to the teacher's vectors T of many texts, in two steps that need no learning rate:

    E₀ = W·R,   R = argmin ‖X·W·R − T‖² + ε‖R‖²              W the teacher's own word table
    E = E₀ + D, D = argmin ‖X·(E₀ + D) − T‖² + λ‖D‖²         by conjugate gradients

The first gives every token a row, also those that no text has; the second moves a row the more, the oftener its token
was seen. T is brought to `dim` dimensions before: the largest of its own, its mean not taken away (unit vectors are
compared by direction). Rows are kept in 8 bits with a scale each, into which w goes.

Sources: Arora et al., A Simple but Tough-to-Beat Baseline for Sentence Embeddings, ICLR 2017 (weights); Tulkens and
van Dongen, Model2Vec, 2024, and its Tokenlearn (a table fitted to a teacher's vectors of texts).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import Final

import numpy as np
from scipy.sparse import csr_matrix
from tokenizers import Tokenizer

from shelfwise.errors import InputError
from shelfwise.language.base import Encoder
from shelfwise.language.encoders.bert_weights import Rows8
from shelfwise.language.exported import TABLE, TOKENIZER, Manifest, digest
from shelfwise.training.export.base import Exported, size_of, writing
from shelfwise.training.export.bert import read_words
from shelfwise.training.export.folders import LONGEST, read_folder
from shelfwise.training.export.tokens import copy_tokenizer
from shelfwise.training.shrink.teaching import own_encoder
from shelfwise.types import Float32

RARE: Final = 1e-3  # a
STEADY: Final = 0.03  # λ, chosen on texts kept apart
_LEAST: Final = 1e-3  # ε
_STEPS: Final = 40


def distil_table(
    teacher: Path,
    into: Path,
    *,
    queries: Sequence[str],
    products: Sequence[str],
    dim: int = 256,
    steady: float = STEADY,
    encoder: Encoder | None = None,
    name: str = "",
) -> Exported:
    """Writes a folder that `load_table` reads.

    teacher: a Sentence-Transformers folder; its tokenizer's pieces become rows, so prune it first (vocabulary.py).
    steady: λ. encoder: whose vectors are learnt; the teacher's own, exported in 8 bits, if None.

    Raises:
        InputError: there are no texts, or the folder is no encoder with a fast tokenizer and weights in safetensors.
    """
    if not queries and not products:
        raise InputError("No texts to learn from: give queries, products or both.")
    folder = read_folder(teacher)
    encoder = encoder or own_encoder(teacher, products[:64])
    parts = (encoder.encode(queries, "query"), encoder.encode(products, "product"))
    wanted = np.concatenate([part for part in parts if len(part)])
    words = read_words(folder.transformer)
    counts = _counts(folder.transformer / TOKENIZER, [*queries, *products], len(words))
    weights = rarity(np.asarray(counts.sum(axis=0), np.float32).ravel())
    rows = Rows8.of(weights[:, None] * fit(counts, weights, words, _largest(wanted, dim), steady))
    with writing(into) as part:
        np.savez(part / TABLE, table=rows.values, scales=rows.scales)
        said = Manifest(
            kind="table",
            name=name or teacher.resolve().name,
            dim=rows.values.shape[1],
            max_tokens=LONGEST,
            precision="int8",
            digest=digest(part / TABLE),
            tokenizer=copy_tokenizer(folder.transformer, part),
        )
        said.write(part)
    return Exported(into, "table", said.name, said.precision, "table", said.dim, size_of(into))


def rarity(counts: Float32) -> Float32:
    """w of each piece, from how often it occurs.

    >>> [round(float(weight), 3) for weight in rarity(np.array([0, 9, 989], np.float32))]
    [0.5, 0.091, 0.001]
    """
    share = (counts + 1) / (counts + 1).sum()
    weights: Float32 = (RARE / (RARE + share)).astype(np.float32)
    return weights


def fit(counts: csr_matrix, weights: Float32, words: Float32, wanted: Float32, steady: float) -> Float32:
    """E of the module docstring, Float32[V, dim].

    counts: of each token in each text, [n, V]; weights: w, Float32[V]; words: W, Float32[V, d]; wanted: T, [n, dim].
    """
    weighed = counts.multiply(weights).tocsr()
    total = np.maximum(np.asarray(weighed.sum(axis=1)).ravel(), 1e-12)
    x = csr_matrix(weighed.multiply(1 / total[:, None]), dtype=np.float32)  # rows sum to 1
    z = x @ words  # [n, d]
    mixed = np.linalg.solve(z.T @ z + _LEAST * np.eye(z.shape[1], dtype=np.float32), z.T @ wanted)  # [d, dim]
    first: Float32 = (words @ mixed).astype(np.float32)
    seen = np.flatnonzero(x.getnnz(axis=0))
    first[seen] += _moved(x[:, seen], wanted - x @ first, steady)
    return first


def _moved(x: csr_matrix, left: Float32, steady: float) -> Float32:
    """D: conjugate gradients on (XᵀX + λ)·D = Xᵀ·left, all columns at once."""
    back = csr_matrix(x.T)
    gradient: Float32 = back @ left  # [V, dim]
    moved, direction = np.zeros_like(gradient), gradient.copy()
    size = (gradient**2).sum(axis=0)  # [dim]
    for _ in range(_STEPS):
        turned = back @ (x @ direction) + steady * direction
        step = size / np.maximum((direction * turned).sum(axis=0), 1e-20)
        moved += step * direction
        gradient -= step * turned
        new = (gradient**2).sum(axis=0)
        direction = gradient + new / np.maximum(size, 1e-20) * direction
        size = new
    return moved


def _counts(path: Path, texts: Sequence[str], words: int) -> csr_matrix:
    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    found = [each.ids for each in tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)]
    ends = np.cumsum([0, *map(len, found)])
    ids = np.fromiter(chain.from_iterable(found), np.int64, int(ends[-1]))
    return csr_matrix((np.ones(len(ids), np.float32), ids, ends), shape=(len(found), words))


def _largest(vectors: Float32, dim: int) -> Float32:
    """The vectors in the `dim` directions in which they are largest, unit rows."""
    _, directions = np.linalg.eigh(vectors.T @ vectors)
    kept = vectors @ directions[:, ::-1][:, :dim]
    unit: Float32 = (kept / np.maximum(np.linalg.norm(kept, axis=1, keepdims=True), 1e-12)).astype(np.float32)
    return unit
