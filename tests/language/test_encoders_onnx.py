"""Any ONNX model: inputs, outputs, pooling, batches."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shelfwise.errors import EncoderError
from shelfwise.language.encoders.batching import batches, pad
from shelfwise.language.encoders.onnx import OnnxEncoder
from tests.language.encoder_cases import tiny_model


def unit(vector: np.ndarray) -> np.ndarray:
    return vector / np.linalg.norm(vector)


TABLE = np.random.default_rng(5).normal(size=(11, 4)).astype(np.float32)


@pytest.mark.parametrize("outputs", ["tokens", "pooled"])
def test_mean_of_the_tokens(tmp_path: Path, outputs: str) -> None:
    encoder = OnnxEncoder(tiny_model(tmp_path, outputs), tmp_path / "tokenizer.json")
    vector = encoder.encode(["red shoes"], "query")[0]
    np.testing.assert_allclose(vector, unit(TABLE[3] + TABLE[5]), atol=1e-6)
    assert encoder.dim == 4


def test_padding_does_not_count(tmp_path: Path) -> None:
    encoder = OnnxEncoder(tiny_model(tmp_path), tmp_path / "tokenizer.json", threads=1)
    vectors = encoder.encode(["red", "red blue shoes phone"], "product")
    np.testing.assert_allclose(vectors[0], unit(TABLE[3]), atol=1e-6)


def test_first_token(tmp_path: Path) -> None:
    encoder = OnnxEncoder(tiny_model(tmp_path), tmp_path / "tokenizer.json", pooling="cls")
    np.testing.assert_allclose(encoder.encode(["blue shoes"], "query")[0], unit(TABLE[4]), atol=1e-6)


def test_prefixes(tmp_path: Path) -> None:
    encoder = OnnxEncoder(tiny_model(tmp_path), tmp_path / "tokenizer.json", prefixes=("q: ", "p: "))
    np.testing.assert_allclose(encoder.encode(["red"], "query")[0], unit(TABLE[1] + TABLE[3]), atol=1e-6)
    np.testing.assert_allclose(encoder.encode(["red"], "product")[0], unit(TABLE[2] + TABLE[3]), atol=1e-6)


def test_token_types_are_given_where_asked(tmp_path: Path) -> None:
    path = tiny_model(tmp_path, inputs=("input_ids", "attention_mask", "token_type_ids"))
    assert OnnxEncoder(path, tmp_path / "tokenizer.json").encode(["red"], "query").shape == (1, 4)


def test_an_input_that_nobody_knows_is_an_error(tmp_path: Path) -> None:
    path = tiny_model(tmp_path, inputs=("input_ids", "pixels"))
    with pytest.raises(EncoderError, match="pixels"):
        OnnxEncoder(path, tmp_path / "tokenizer.json").encode(["red"], "query")


@pytest.mark.parametrize("threads", [1, 3])
def test_many_batches_are_one_answer(tmp_path: Path, threads: int) -> None:
    encoder = OnnxEncoder(tiny_model(tmp_path), tmp_path / "tokenizer.json", threads=threads, batch_tokens=8)
    rng = np.random.default_rng(0)
    texts = [" ".join(rng.choice(["red", "blue", "a", "b"], rng.integers(1, 12))) for _ in range(100)]
    wanted = np.concatenate([encoder.encode([text], "query") for text in texts])
    np.testing.assert_allclose(encoder.encode(texts, "query"), wanted, atol=1e-6)


def test_settings_make_the_name(tmp_path: Path) -> None:
    path, words = tiny_model(tmp_path), tmp_path / "tokenizer.json"
    made = [OnnxEncoder(path, words), OnnxEncoder(path, words, pooling="cls"), OnnxEncoder(path, words, max_tokens=9)]
    assert len({each.name for each in made}) == 3
    assert OnnxEncoder(path, words).name == made[0].name


@pytest.mark.parametrize(("file", "says"), [("m.onnx", "ONNX Runtime cannot load"), ("tokenizer.json", "tokenizer")])
@pytest.mark.parametrize("content", [None, b"", b"{}", b"\x00\xff" * 50])
def test_files_that_cannot_be_read(tmp_path: Path, file: str, says: str, content: bytes | None) -> None:
    path = tiny_model(tmp_path)
    (tmp_path / file).unlink() if content is None else (tmp_path / file).write_bytes(content)
    with pytest.raises(EncoderError, match=says):
        OnnxEncoder(path, tmp_path / "tokenizer.json")


@pytest.mark.parametrize("tokens", [0, 2, 513])
def test_limits_of_max_tokens(tmp_path: Path, tokens: int) -> None:
    with pytest.raises(EncoderError, match=f"max_tokens is {tokens}, expected 3 to 512"):
        OnnxEncoder(tiny_model(tmp_path), tmp_path / "tokenizer.json", max_tokens=tokens)


@given(st.lists(st.integers(1, 60), max_size=80), st.integers(1, 200))
def test_batches_hold_every_row_once_within_the_limit(lengths: list[int], limit: int) -> None:
    plan = list(batches(lengths, limit))
    assert sorted(row for batch in plan for row in batch) == list(range(len(lengths)))
    for batch in plan:
        assert len(batch) == 1 or len(batch) * max(lengths[row] for row in batch) <= limit
    longest = [max(lengths[row] for row in batch) for batch in plan]
    assert longest == sorted(longest, reverse=True)


@given(st.lists(st.lists(st.integers(0, 9), max_size=7), min_size=1, max_size=9))
def test_padding_keeps_the_tokens(tokens: list[list[int]]) -> None:
    ids, mask = pad(tokens)
    assert [row[keep == 1].tolist() for row, keep in zip(ids, mask, strict=True)] == tokens
    assert (ids[mask == 0] == 0).all()
