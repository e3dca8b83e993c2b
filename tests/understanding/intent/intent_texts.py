"""A small world of labelled texts with vectors: each label has its own words and its own direction."""

from __future__ import annotations

import numpy as np

from shelfwise.types import Float32

WORDS = {
    "deals": ("discount", "sale", "coupon", "优惠", "打折"),
    "order_status": ("order", "parcel", "tracking", "订单", "包裹"),
    "out_of_scope": ("weather", "poem", "football", "天气", "足球"),
    "read_reviews": ("reviews", "opinions", "rating", "评价", "口碑"),
}
FRAMES = ("{}", "any {} please", "show me the {}", "tell me about {} now", "请问{}", "我想看{}")
DIMS = 16


def texts_and_labels() -> tuple[list[str], list[str]]:
    """Every word in every frame."""
    pairs = [(frame.format(word), label) for label, words in WORDS.items() for word in words for frame in FRAMES]
    return [text for text, _ in pairs], [label for _, label in pairs]


def vectors_of(labels: list[str], seed: int = 0, noise: float = 0.1) -> Float32:
    """Unit rows near the direction of each label, all of them shifted by what texts have in common."""
    dice = np.random.default_rng(seed)
    names = sorted(WORDS)
    rows = np.eye(DIMS)[[names.index(label) for label in labels]] + 1.0 + noise * dice.normal(size=(len(labels), DIMS))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
