"""The models that `shelfwise evaluate recommend` knows by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from shelfwise.errors import InputError
from shelfwise.recommend.generators.ease import Ease
from shelfwise.recommend.generators.item_knn import ItemKnn
from shelfwise.recommend.generators.popular import Popular
from shelfwise.recommend.offline.base import Model

Maker = Callable[[int], Model]  # of a seed

MODELS: Final[Mapping[str, Maker]] = {
    "popular": lambda seed: Popular(),
    "item_knn": lambda seed: ItemKnn(),
    "ease": lambda seed: Ease(),
}


def make_model(name: str, seed: int, more: Mapping[str, Maker] | None = None) -> Model:
    """A model that has learnt nothing yet. more: models of rooms above. Raises InputError for an unknown name."""
    makers = {**MODELS, **(more or {})}
    if name not in makers:
        raise InputError(f"unknown model {name!r}; expected one of {', '.join(makers)}.")
    return makers[name](seed)
