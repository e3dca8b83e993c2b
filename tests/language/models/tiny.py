"""Trained encoders that need no training: a vector a word, added up; versions differ in their vectors alone."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

from shelfwise.language.exported import MODEL, TOKENIZER, Kind, Manifest, digest
from shelfwise.language.models.card import Card
from shelfwise.language.models.names import EXPORT, store_of

DIM = 32
WORDS = tuple(f"{first}{second}" for first in "bdfgklmnprst" for second in ("ale", "ime", "oru", "una", "epi"))


def tiny_version(shop: Path, name: str = "ours", *, seed: int, words: Sequence[str] = WORDS, mute: int = 0) -> str:
    """A new version of a model in a shop's folder. mute: how many of the words it cannot tell apart."""
    store = store_of(shop)
    with store.create(name) as folder:
        Card("encoder", base="default", method="full", seed=seed).write(folder)
        (folder / EXPORT).mkdir()
        write_tiny(folder / EXPORT, seed=seed, words=words, mute=mute)
    return store.versions(name)[-1]


def write_tiny(folder: Path, *, seed: int, words: Sequence[str] = WORDS, mute: int = 0, kind: Kind = "encoder") -> None:
    """An exported encoder: h = table[input_ids]."""
    known = {"[UNK]": 0, **{word: number for number, word in enumerate(words, 1)}}
    tokenizer = Tokenizer(models.WordLevel(known, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.save(str(folder / TOKENIZER))
    table = np.random.default_rng(seed).normal(size=(len(known), DIM)).astype(np.float32)
    table[1 : 1 + mute] = table[0]
    shape = ["n", "t"]
    graph = helper.make_graph(
        [helper.make_node("Gather", ["table", "input_ids"], ["last_hidden_state"])],
        "tiny",
        [helper.make_tensor_value_info(each, TensorProto.INT64, shape) for each in ("input_ids", "attention_mask")],
        [helper.make_tensor_value_info("last_hidden_state", TensorProto.FLOAT, [*shape, DIM])],
        [numpy_helper.from_array(table, "table")],
    )
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10), folder / MODEL)
    Manifest(kind, "tiny", DIM, 64, "float32", digest(folder / MODEL)).write(folder)
