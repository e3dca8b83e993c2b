"""Runs any ONNX text encoder with its tokenizer.

The model takes input_ids and attention_mask (and token_type_ids if it has that input) and gives either one vector a
text (`sentence_embedding`, `embedding`, …) or one a token, which is then pooled here:

    mean: v = Σₜ maskₜ·hₜ / Σₜ maskₜ        cls: v = h₀

Every vector is brought to length 1. A run uses one thread; many texts are cut into batches of similar length, and
the batches run side by side, which keeps all cores busy without making a single query wait for them.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal, TypeAlias

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

from shelfwise.errors import EncoderError
from shelfwise.language.base import TextKind
from shelfwise.language.encoders.batching import pad, run_batches
from shelfwise.types import Float32, Int64

Pooling = Literal["mean", "cls"]
Tokens: TypeAlias = Callable[[Sequence[str]], list[list[int]]]  # texts → token ids, with ends and cut to size
LONGEST = 512  # positions that the usual encoders know
CHARACTERS_A_TOKEN = 24  # a text is cut to this many characters for each token allowed: a 10 MB title costs nothing
_POOLED = ("sentence_embedding", "embedding", "embeddings", "text_embeds")


class OnnxEncoder:
    """An encoder in an ONNX file. Safe to call from several threads at once.

    Parameters: `tokenizer` is a file of the tokenizers package, or what makes tokens itself; `prefixes` go before
    queries and before products; `max_tokens` cuts longer texts (at most 512);
    `threads` 0 means one for each processor; `batch_tokens` bounds the tokens of a batch, padding included (few,
    so that what flows stays in the processor's cache: 512 is a quarter faster than 2048); `name` is made from the
    file's bytes and these settings if empty.

    Raises EncoderError where the model or its tokenizer cannot be read, or the model's outputs cannot be used.
    """

    def __init__(
        self,
        path: Path,
        tokenizer: Path | Tokens,
        *,
        name: str = "",
        prefixes: tuple[str, str] = ("", ""),
        pooling: Pooling = "mean",
        max_tokens: int = 128,
        threads: int = 0,
        batch_tokens: int = 512,
    ) -> None:
        self._tokenize = _read_tokenizer(tokenizer, max_tokens) if isinstance(tokenizer, Path) else tokenizer
        self._session = open_session(path)
        self._inputs = {each.name for each in self._session.get_inputs()}
        self._output, self.dim = _choose_output(self._session, path)
        self._prefixes = {"query": prefixes[0], "product": prefixes[1]}
        self._pooling = pooling
        self._characters = max_tokens * CHARACTERS_A_TOKEN
        self._threads = threads or processors()
        self._batch_tokens = batch_tokens
        self.name = name or f"{path.stem}-{_digest(path, prefixes, pooling, max_tokens)}"

    def encode(self, texts: Sequence[str], kind: TextKind) -> Float32:
        """Unit rows, Float32[len(texts), dim].

        Raises:
            EncoderError: ONNX Runtime refused the input.
        """
        vectors = np.empty((len(texts), self.dim), np.float32)
        tokens = self._tokens(texts, kind)

        def run(rows: list[int]) -> None:
            vectors[rows] = self._run([tokens[row] for row in rows])

        run_batches(run, [len(each) for each in tokens], self._batch_tokens, self._threads)
        return vectors

    def _tokens(self, texts: Sequence[str], kind: TextKind) -> list[list[int]]:
        prefix = self._prefixes[kind]
        return self._tokenize([prefix + clean(text, self._characters) for text in texts])

    def _run(self, tokens: list[list[int]]) -> Float32:
        ids, mask = pad(tokens)
        feed = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        try:
            found = self._session.run([self._output], {key: feed[key] for key in feed if key in self._inputs})[0]
        except Exception as error:  # ONNX Runtime raises several classes that share no base but Exception
            raise EncoderError(f"{self.name}: ONNX Runtime failed on {len(tokens)} texts: {error}") from error
        return _unit(found if found.ndim == 2 else _pool(found, mask, self._pooling))


def _digest(path: Path, *settings: object) -> str:
    with path.open("rb") as file:
        found = hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=8))
    found.update(repr(settings).encode())
    return found.hexdigest()


def clean(text: str, characters: int) -> str:
    """The text's start, without lone surrogates: they have no UTF-8, and the tokenizer would refuse them."""
    return text[:characters].encode("utf-8", "replace").decode()


def processors() -> int:
    """How many processors this process may use."""
    allowed = getattr(os, "sched_getaffinity", None)  # not on every system
    return len(allowed(0)) if allowed else os.cpu_count() or 1


def _pool(states: Float32, mask: Int64, pooling: Pooling) -> Float32:
    if pooling == "cls":
        return states[:, 0]
    weight = mask[:, :, None].astype(np.float32)  # [n, t, 1]
    pooled: Float32 = (states * weight).sum(axis=1) / np.maximum(weight.sum(axis=1), 1.0)  # [n, d]
    return pooled


def _unit(vectors: Float32) -> Float32:
    norm = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: Float32 = (vectors / np.maximum(norm, 1e-12)).astype(np.float32)
    return unit


def open_tokenizer(path: Path, max_tokens: int) -> Tokenizer:
    """A tokenizer that cuts at `max_tokens` (3 to 512) and pads nothing.

    Raises:
        EncoderError: the file is none, or the number is out of bounds.
    """
    if not 3 <= max_tokens <= LONGEST:
        raise EncoderError(f"max_tokens is {max_tokens}, expected 3 to {LONGEST}.")
    try:
        tokenizer = Tokenizer.from_file(str(path))
    except Exception as error:  # the tokenizers package raises a bare Exception
        raise EncoderError(f"{path}: not a tokenizer: {error}.") from error
    tokenizer.enable_truncation(max_tokens)
    tokenizer.no_padding()
    return tokenizer


def _read_tokenizer(path: Path, max_tokens: int) -> Tokens:
    tokenizer = open_tokenizer(path, max_tokens)
    return lambda texts: [each.ids for each in tokenizer.encode_batch_fast(list(texts))]


def open_session(path: Path) -> onnxruntime.InferenceSession:
    """The model, each run of which uses one thread.

    Raises:
        EncoderError: ONNX Runtime cannot load the file.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # several classes that share no base but Exception
        raise EncoderError(f"{path}: ONNX Runtime cannot load it: {error}") from error


def _choose_output(session: onnxruntime.InferenceSession, path: Path) -> tuple[str, int]:
    """The pooled output if there is one, else the first that has a vector for each token; and its width."""
    outputs = {each.name: each.shape for each in session.get_outputs()}
    pooled = [name for name in _POOLED if len(outputs.get(name, ())) == 2]
    states = [name for name, shape in outputs.items() if len(shape) == 3]
    for name in pooled + states:
        width = outputs[name][-1]
        if isinstance(width, int):
            return name, width
    raise EncoderError(f"{path}: outputs are {outputs}, expected one of [n, d] or [n, t, d] with a fixed d.")
