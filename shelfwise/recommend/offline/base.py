"""The contract of models that are measured offline, and what they are measured on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, Self

from shelfwise.evaluation.recommend import Truth
from shelfwise.recommend.interactions import Interactions
from shelfwise.types import Float32


class Model(Protocol):
    """A model over histories. `learn` fits it anew; `scores` is Float32[u, m] over all m products of the training.

    Higher is better; −inf keeps a product out. The histories' shoppers need not have been in the training, their
    products have the same codes. The same training and seed give the same scores.
    """

    name: str

    def learn(self, train: Interactions) -> Self: ...

    def scores(self, histories: Interactions) -> Float32: ...


@dataclass(frozen=True, slots=True)
class Task:
    """What a model may see (`train`), whom it recommends to (`histories`), and what they took after that (`truth`).

    seen_again: whether products of the history may come. With leave-one-out they may not: reviews of a product are
    written once, so that no target is in its history.
    """

    train: Interactions
    histories: Interactions
    truth: Truth
    seen_again: bool = False
