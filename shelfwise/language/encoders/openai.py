"""Vectors from an OpenAI-compatible endpoint: POST {url}/embeddings.

{"model": m, "input": [text, …], "encoding_format": "float"} → {"data": [{"index": i, "embedding": [x, …]}, …]}
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

import httpx
import numpy as np

from shelfwise.errors import EncoderError
from shelfwise.language.base import TextKind
from shelfwise.language.endpoint import address, passes, shown, wait_before
from shelfwise.types import Float32

CHARACTERS = 8000  # longer texts are cut: these models refuse more than about 8,000 tokens
ATTEMPTS = {"query": 2, "product": 5}  # a shopper waits for a query, an index can wait for a service to recover


class OpenAIEncoder:
    """An endpoint behind the Encoder contract. Safe to call from several threads at once.

    Timeouts, lost connections, "too many requests" and server errors are tried again, after 0.5, 1, 2 … seconds or
    as long as the server says (Retry-After). `key` goes into the Authorization header and nowhere else; it is empty
    for servers that ask for none. `dim` is asked of the endpoint when first needed. `sleep` is time.sleep in life.

    Raises EncoderError where the endpoint does not answer, refuses, or answers with something else.
    """

    def __init__(
        self,
        url: str,
        model: str,
        *,
        key: str = "",
        timeout: float = 10.0,
        batch: int = 32,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        try:
            self._url = address(url, "embeddings")
        except ValueError as error:
            raise EncoderError(f"encoder.url {error}.") from error
        self._model = model
        self._key = key
        self._batch = batch
        self._sleep = sleep
        self._width: int | None = None
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._client = httpx.Client(timeout=timeout, headers=headers)
        self.name = f"openai-{self._url.host}-{model}"

    @property
    def dim(self) -> int:
        """Width of the vectors; the first use asks the endpoint."""
        if self._width is None:
            return int(self._post(["dimension"], "query").shape[1])
        return self._width

    def encode(self, texts: Sequence[str], kind: TextKind) -> Float32:
        """Unit rows, Float32[len(texts), dim].

        Raises:
            EncoderError: no usable answer after the last attempt.
        """
        clean = [_clean(text) for text in texts]
        parts = [self._post(clean[at : at + self._batch], kind) for at in range(0, len(clean), self._batch)]
        return np.concatenate(parts) if parts else np.empty((0, self.dim), np.float32)

    def close(self) -> None:
        """Closes the connections."""
        self._client.close()

    def _post(self, texts: list[str], kind: TextKind) -> Float32:
        body = {"model": self._model, "input": texts, "encoding_format": "float"}
        for attempt in range(1, ATTEMPTS[kind] + 1):
            try:
                answer = self._client.post(self._url, json=body)
            except httpx.HTTPError as error:
                trouble, wait = f"{type(error).__name__}: {error}", wait_before(attempt)
            else:
                if answer.is_success:
                    return self._read(answer, len(texts))
                trouble = f"status {answer.status_code}: {answer.text[:200]}"
                if not passes(answer.status_code):
                    break
                wait = wait_before(attempt, answer)
            if attempt < ATTEMPTS[kind]:
                self._sleep(wait)
        raise self._error(trouble)

    def _read(self, answer: httpx.Response, count: int) -> Float32:
        try:
            rows = sorted(answer.json()["data"], key=lambda row: row["index"])
            if [row["index"] for row in rows] != list(range(count)):
                raise ValueError(f"{len(rows)} vectors for {count} texts")
            vectors = _unit(np.array([row["embedding"] for row in rows], np.float32), self._width)
        except (ValueError, KeyError, TypeError) as error:
            raise self._error(f"the answer is not a list of embeddings: {error!r}") from None
        self._width = vectors.shape[1]
        return vectors

    def _error(self, trouble: str) -> EncoderError:
        if self._key:
            trouble = trouble.replace(self._key, "***")
        return EncoderError(f"{shown(self._url)}, model {self._model}: {trouble}.")


def _clean(text: str) -> str:
    """Well-formed and not blank: endpoints refuse empty texts."""
    return text[:CHARACTERS].strip().encode("utf-8", "replace").decode() or "."


def _unit(vectors: Any, width: int | None) -> Float32:
    if vectors.ndim != 2 or vectors.shape[1] == 0 or (width is not None and vectors.shape[1] != width):
        raise ValueError(f"shape {vectors.shape}, expected rows of {width or 'one'} width")
    norm = np.linalg.norm(vectors, axis=1, keepdims=True)
    if not np.isfinite(norm).all() or not norm.all():
        raise ValueError("a vector is zero or not finite")
    unit: Float32 = (vectors / norm).astype(np.float32)
    return unit
