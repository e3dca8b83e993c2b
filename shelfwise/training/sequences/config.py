"""What can be chosen about a sequence model and its training."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Positions = Literal["start", "end", "relative"]


@dataclass(frozen=True, slots=True)
class SequenceConfig:
    """One model and one way to train it.

    The model: `blocks` transformer blocks of `width` with `heads`, over the last `length` items. positions: learned
    vectors by the place from the start, or from the end, or a learned bias of each head by distance. gated: SwiGLU in
    the place of GELU. attributes: an item is its own vector plus the mean of its attributes'. temperature: scores are
    cosines divided by it; None for plain inner products. spectral: item vectors start as the leading eigenvectors of
    the items' co-occurrence, else at random.

    The loss: negatives 0 is a softmax over all items, else over that many drawn for a whole batch. mask_seen: items of
    the history do not take part, as they are not recommended. horizon: how many of the next items are targets, the
    j-th with weight fade^j. smoothing: share of the target spread over all items.

    The data: each epoch leaves out an item with probability `drop`, exchanges neighbours with `swap`, and turns a
    history round with `reverse`.

    The optimiser (AdamW): rate rises over `warmup` epochs, then falls along a cosine to zero at `epochs`. average:
    decay per step of the running mean of weights that is served, 0 for none. patience: epochs without a better
    validation before a training stops.
    """

    width: int = 256
    blocks: int = 2
    heads: int = 4
    length: int = 50
    positions: Positions = "relative"
    gated: bool = False
    attributes: bool = True
    temperature: float | None = None
    spectral: bool = True
    dropout: float = 0.4
    input_dropout: float = 0.4
    negatives: int = 0
    mask_seen: bool = True
    horizon: int = 1
    fade: float = 0.5
    smoothing: float = 0.0
    drop: float = 0.0
    swap: float = 0.0
    reverse: float = 0.0
    batch: int = 256
    rate: float = 1e-3
    decay: float = 0.05
    warmup: float = 1.0
    epochs: int = 60
    average: float = 0.0
    patience: int = 8
