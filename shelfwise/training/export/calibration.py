"""Texts by which an 8-bit model learns how large the values inside it become, where the caller gives none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from shelfwise.language.encoders.bert_calibration import TEXTS
from shelfwise.language.encoders.onnx import open_tokenizer
from shelfwise.types import Int64

_TEXTS: Final = tuple(text.split(": ", 1) for text in TEXTS)
QUERIES: Final = tuple(text for kind, text in _TEXTS if kind == "query")
PRODUCTS: Final = tuple(text for kind, text in _TEXTS if kind == "passage")


def texts_of(prefixes: tuple[str, str], texts: Sequence[str] = ()) -> list[str]:
    """Queries and products, prefixed; the caller's texts in place of ours where there are any, both as each kind."""
    query, product = prefixes
    queries, products = (texts or QUERIES), (texts or PRODUCTS)
    return [query + text for text in queries] + [product + text for text in products if not texts or query != product]


def pairs_of(pairs: Sequence[tuple[str, str]] = ()) -> list[tuple[str, str]]:
    """The caller's pairs of query and text, or every one of ours."""
    return list(pairs) or [(query, product) for query in QUERIES for product in PRODUCTS]


def feeds(tokenizer: Path, texts: Sequence[str | tuple[str, str]], max_tokens: int) -> Iterator[dict[str, Int64]]:
    """What a model reads of each text or pair, one by one: ids, mask and types, Int64[1, t]."""
    opened = open_tokenizer(tokenizer, max_tokens)
    for text in texts:
        found = opened.encode(*((text,) if isinstance(text, str) else text))
        rows = {"input_ids": found.ids, "attention_mask": found.attention_mask, "token_type_ids": found.type_ids}
        yield {key: np.array([row], np.int64) for key, row in rows.items()}
