"""Small made-up catalogues and an encoder whose meaning is known."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from shelfwise.language.base import TextKind
from shelfwise.types import Float32, Product, Translation

PAIRS = {
    "shredder": "碎纸机",
    "stapler": "订书机",
    "lamp": "台灯",
    "kettle": "水壶",
    "blanket": "毛毯",
    "pillow": "枕头",
    "scanner": "扫描仪",
    "violin": "小提琴",
}
COLOURS = {"red": "红色", "black": "黑色", "white": "白色"}


def bilingual(each: int = 6) -> list[Product]:
    """Goods in three colours, each with a translation."""
    return [
        Product(
            f"{good}-{number}",
            f"{colour} {good}",
            translations={"zh": Translation(f"{COLOURS[colour]}{PAIRS[good]}")},
            language="en",
        )
        for good in PAIRS
        for number, colour in enumerate([*COLOURS] * (each // 3))
    ]


class Meaning:
    """An encoder that gives a text of `pairs` and its translation nearly one vector, other texts a random one."""

    name = "meaning"
    dim = 64

    def __init__(self, pairs: dict[str, str], noise: float = 0.2) -> None:
        self._same = {other: one for one, other in pairs.items()}
        self._noise = noise

    def encode(self, texts: Sequence[str], kind: TextKind) -> Float32:
        rows = [self._row(text) for text in texts]
        return np.array(rows, np.float32).reshape(-1, self.dim)

    def _row(self, text: str) -> Float32:
        meant = next((one for one in (*self._same.values(), *self._same) if one in text), text)
        meant = self._same.get(meant, meant)
        vector = _random(meant, self.dim) + self._noise * _random("=" + text, self.dim)
        return (vector / np.linalg.norm(vector)).astype(np.float32)


def _random(text: str, dim: int) -> Float32:
    seed = int.from_bytes(text.encode("utf-8"), "big") % (2**63)
    return np.random.default_rng(seed).normal(size=dim).astype(np.float32)
