"""An encoder as a table of token vectors, for catalogues of a million products on a processor.

1. Each piece of the tokenizer gets the teacher's vector of it alone, brought to `dim` dimensions:
   PCA of the teacher's vectors of texts, without taking their mean away (unit vectors are compared by direction).
2. It is weighed by how rare it is: w = a / (a + p), p its share among the tokens of the texts (smoothed).
3. The weighed vectors are trained: their mean over a text's tokens is to point where the teacher's vector of the whole
   text points, and texts are to stand to each other as they do for the teacher (teaching.py).
4. Rows are kept in 8 bits with a scale each.

Pieces that no text has keep what steps 1 and 2 gave them.

Sources: Arora et al., A Simple but Tough-to-Beat Baseline for Sentence Embeddings, ICLR 2017 (weights); Tulkens and
van Dongen, Model2Vec, 2024, and its Tokenlearn (a table out of single tokens, then regression on texts).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

import numpy as np
from datasets import Dataset, DatasetDict
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import StaticEmbedding
from tokenizers import Tokenizer
from transformers import TrainerCallback

from shelfwise.language.base import Encoder
from shelfwise.language.encoders.bert_weights import Rows8
from shelfwise.language.exported import TABLE, TOKENIZER, Manifest, digest
from shelfwise.training.export.base import Exported, size_of, writing
from shelfwise.training.export.folders import LONGEST, read_folder
from shelfwise.training.export.tokens import copy_tokenizer
from shelfwise.training.shrink.teaching import Teaching, own_encoder, teach, write_lessons
from shelfwise.types import Float32

RARE: Final = 1e-3  # a of step 2
TEACHING: Final = Teaching(epochs=10.0, batch=256, rate=3e-3, relational=10.0)


def distil_table(
    teacher: Path,
    into: Path,
    *,
    queries: Sequence[str],
    products: Sequence[str],
    dim: int = 256,
    teaching: Teaching = TEACHING,
    encoder: Encoder | None = None,
    words: Encoder | None = None,
    name: str = "",
    callbacks: Iterable[TrainerCallback] = (),
) -> Exported:
    """Writes a folder that `load_table` reads.

    teacher: a Sentence-Transformers folder; its tokenizer's pieces become rows, so prune it first (vocabulary.py).
    encoder: whose vectors are learnt; the teacher's own, exported in 8 bits, if None. words: whose vectors single
    pieces begin with; `encoder` if None.

    Raises:
        InputError: there are no texts, or the folder is no encoder with a fast tokenizer.
    """
    folder = read_folder(teacher)
    encoder = encoder or own_encoder(teacher, products[:64])
    lessons = write_lessons(teacher, encoder, queries, products, prefixed=False)
    basis = _basis(lessons, dim)
    tokenizer = Tokenizer.from_file(str(folder.transformer / TOKENIZER))
    tokenizer.no_truncation()
    first = _first(tokenizer, words or encoder, [*queries, *products]) @ basis
    student = SentenceTransformer(modules=[StaticEmbedding(tokenizer, embedding_weights=first)], device="cpu")
    teach(student, _project(lessons, basis), teaching, callbacks)
    learnt: Float32 = student[0].embedding.weight.detach().float().numpy()  # type: ignore[union-attr,operator]
    with writing(into) as part:
        rows = Rows8.of(learnt)
        np.savez(part / TABLE, table=rows.values, scales=rows.scales)
        said = Manifest(
            kind="table",
            name=name or teacher.resolve().name,
            dim=learnt.shape[1],
            max_tokens=LONGEST,
            precision="int8",
            digest=digest(part / TABLE),
            tokenizer=copy_tokenizer(folder.transformer, part),
        )
        said.write(part)
    return Exported(into, "table", said.name, said.precision, "table", said.dim, size_of(into))


def rarity(counts: Float32) -> Float32:
    """w of each piece, from how often it occurs.

    >>> rarity(np.array([0, 9, 989], np.float32)).round(4).tolist()
    [0.5002999782562256, 0.09099999815225601, 0.0010000000474974513]
    """
    share = (counts + 1) / (counts + 1).sum()
    weights: Float32 = (RARE / (RARE + share)).astype(np.float32)
    return weights


def _first(tokenizer: Tokenizer, encoder: Encoder, texts: Sequence[str]) -> Float32:
    """The weighed vectors of single pieces, Float32[V, d]."""
    pieces = [tokenizer.id_to_token(row) or "" for row in range(tokenizer.get_vocab_size())]
    alone = encoder.encode([piece.replace("▁", " ").removeprefix("##").strip() for piece in pieces], "product")
    counts = np.zeros(len(pieces), np.float32)
    for found in tokenizer.encode_batch_fast(list(texts), add_special_tokens=False):
        np.add.at(counts, found.ids, 1)
    weighed: Float32 = alone * rarity(counts)[:, None]
    return weighed


def _basis(lessons: DatasetDict, dim: int) -> Float32:
    """The `dim` directions in which the teacher's vectors are largest, Float32[d, dim], orthonormal."""
    vectors = np.concatenate([np.asarray(part["label"], np.float32) for part in lessons.values()])
    values, directions = np.linalg.eigh(vectors.T @ vectors)
    found: Float32 = directions[:, np.argsort(-values)[:dim]].astype(np.float32)
    return found


def _project(lessons: DatasetDict, basis: Float32) -> DatasetDict:
    made = DatasetDict()
    for name, part in lessons.items():
        label = np.asarray(part["label"], np.float32) @ basis
        label /= np.maximum(np.linalg.norm(label, axis=1, keepdims=True), 1e-12)
        made[name] = Dataset.from_dict({"text": part["text"], "label": label})
    return made
