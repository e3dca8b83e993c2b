"""Runs a cross-encoder in an ONNX file.

The model reads `<s> query </s> text </s>` as its tokenizer builds pairs, and gives one score, the logit of "fits".
Texts are cut, never the query where that can be helped. As with encoders a run uses one thread, and batches of similar
length run side by side (encoders/onnx.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Self

import numpy as np
from tokenizers import Encoding

from shelfwise.errors import EncoderError
from shelfwise.language.encoders.batching import pad, run_batches
from shelfwise.language.encoders.onnx import CHARACTERS_A_TOKEN, clean, open_session, open_tokenizer, processors
from shelfwise.language.exported import read_manifest
from shelfwise.types import Float32


class OnnxCrossEncoder:
    """A CrossEncoder of a model file and a tokenizer file. Safe to call from several threads at once.

    Parameters: `name` names the weights; `max_tokens` cuts longer pairs, from the longer of the two; `threads` 0 means
    one for each processor; `batch_tokens` bounds the tokens of a batch, padding included.

    Raises EncoderError where the model or its tokenizer cannot be read, or the model gives no single score.
    """

    def __init__(
        self,
        path: Path,
        tokenizer: Path,
        *,
        name: str,
        max_tokens: int = 256,
        threads: int = 0,
        batch_tokens: int = 512,
    ) -> None:
        self._tokenizer = open_tokenizer(tokenizer, max_tokens)
        self._session = open_session(path)
        self._inputs = {each.name for each in self._session.get_inputs()}
        outputs = {each.name: each.shape for each in self._session.get_outputs()}
        if len(outputs) != 1 or next(iter(outputs.values()))[1:] != [1]:
            raise EncoderError(f"{path}: outputs are {outputs}, expected one of [n, 1].")
        self._characters = max_tokens * CHARACTERS_A_TOKEN
        self._threads = threads or processors()
        self._batch_tokens = batch_tokens
        self.name = name

    @classmethod
    def load(cls, folder: Path, threads: int = 0) -> Self:
        """The cross-encoder in a folder that `training.export` wrote.

        Raises:
            EncoderError: a file is missing, damaged or of another kind.
        """
        found = read_manifest(folder, ("cross-encoder",))
        name = f"{found.name}-{found.digest}-{found.max_tokens}"
        files = (folder / found.weights, folder / found.tokenizer)
        return cls(*files, name=name, max_tokens=found.max_tokens, threads=threads)

    def score(self, query: str, texts: Sequence[str]) -> Float32:
        """How well each text fits the query, Float32[len(texts)], any number, higher is better.

        Raises:
            EncoderError: ONNX Runtime refused the input.
        """
        asked = clean(query, self._characters)
        pairs = self._tokenizer.encode_batch([(asked, clean(text, self._characters)) for text in texts])
        scores = np.empty(len(texts), np.float32)

        def run(rows: list[int]) -> None:
            scores[rows] = self._run([pairs[row] for row in rows])

        run_batches(run, [len(pair) for pair in pairs], self._batch_tokens, self._threads)
        return scores

    def _run(self, pairs: list[Encoding]) -> Float32:
        ids, mask = pad([pair.ids for pair in pairs])
        types, _ = pad([pair.type_ids for pair in pairs])
        feed = {"input_ids": ids, "attention_mask": mask, "token_type_ids": types}
        try:
            found = self._session.run(None, {key: feed[key] for key in feed if key in self._inputs})[0]
        except Exception as error:  # ONNX Runtime raises several classes that share no base but Exception
            raise EncoderError(f"{self.name}: ONNX Runtime failed on {len(pairs)} pairs: {error}") from error
        scores: Float32 = found[:, 0]
        return scores
