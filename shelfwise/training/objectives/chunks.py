"""A batch of texts in columns, cut into chunks of distinct texts of like length."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor


def chunked(columns: Sequence[dict[str, Any]], size: int) -> tuple[list[dict[str, Any]], list[list[int]]]:
    """Chunks of at most `size` distinct texts, shortest first, padded on the right to their own longest; and for each
    column the place of each of its texts among all chunks.

    columns: what a tokenizer gave, Int64[n, t] by name with an attention_mask. A tensor in them that is not of that
    shape is left out.
    """
    names = [name for name, value in columns[0].items() if isinstance(value, Tensor) and value.ndim == 2]
    rows: dict[tuple[int, ...], dict[str, Tensor]] = {}
    keys: list[list[tuple[int, ...]]] = []
    for column in columns:
        lengths = column["attention_mask"].sum(dim=1).tolist()
        keys.append([tuple(ids[:length]) for ids, length in zip(column["input_ids"].tolist(), lengths, strict=True)])
        for row, key in enumerate(keys[-1]):
            rows.setdefault(key, {name: column[name][row, : len(key)] for name in names})
    order = sorted(rows, key=lambda key: (len(key), key))
    places = {key: place for place, key in enumerate(order)}
    chunks = [_padded([rows[key] for key in order[at : at + size]], names) for at in range(0, len(order), size)]
    return chunks, [[places[key] for key in column] for column in keys]


def _padded(rows: Sequence[dict[str, Tensor]], names: Sequence[str]) -> dict[str, Any]:
    pad = torch.nn.utils.rnn.pad_sequence
    return {name: pad([row[name] for row in rows], batch_first=True) for name in names}
