"""What can be chosen about a sequence model and its training."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SequenceConfig:
    """One model and one way to train it.

    The model: `blocks` transformer blocks of `width` with `heads`, over the last `length` items, with dropout in the
    blocks and on their input. negatives: 0 is a softmax over all items, else over that many drawn for a whole batch,
    for catalogues so large that all would take too long.

    The optimiser (AdamW): rate rises over one epoch, then falls along a cosine to zero at `epochs`. average: decay per
    step of the running mean of weights, which is what is served. patience: epochs without a better validation before a
    training stops.
    """

    width: int = 256
    blocks: int = 2
    heads: int = 4
    length: int = 50
    dropout: float = 0.5
    negatives: int = 0
    batch: int = 256
    rate: float = 5e-4
    decay: float = 0.05
    epochs: int = 18
    average: float = 0.998
    patience: int = 4
