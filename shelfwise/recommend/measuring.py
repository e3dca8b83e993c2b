"""The models that `shelfwise evaluate recommend` knows by name; `best` is what a shop would serve."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import orjson
from scipy import sparse

from shelfwise.errors import InputError
from shelfwise.recommend.blend import Blend
from shelfwise.recommend.generators.als import Als
from shelfwise.recommend.generators.content import LabelContent, labelled
from shelfwise.recommend.generators.ease import Ease
from shelfwise.recommend.generators.item_knn import ItemKnn
from shelfwise.recommend.generators.popular import Popular
from shelfwise.recommend.generators.transitions import Transitions
from shelfwise.recommend.offline import Model


@dataclass(frozen=True, slots=True)
class Given:
    """What a model is made with. labels: Float32[m, labels], sparse unit rows of the products, where any are known."""

    seed: int = 0
    labels: sparse.csr_matrix | None = None


Maker = Callable[[Given], Model]


def make_model(name: str, given: Given, more: Mapping[str, Maker] | None = None) -> Model:
    """A model that has learnt nothing yet. more: models of rooms above; those in `best` are named "best:<name>".

    Raises InputError for an unknown name, or one that needs labels where there are none.
    """
    makers = {**MODELS, **(more or {})}
    if name == "best":
        return best(given, [each for key, each in makers.items() if key.startswith("best:")])
    if name not in makers:
        known = ", ".join(["best", *(key for key in makers if ":" not in key)])
        raise InputError(f"unknown model {name!r}; expected one of {known}.")
    return makers[name](given)


def best(given: Given, more: Sequence[Maker] = (), name: str = "best") -> Blend:
    """The blend of what adds to the others: transitions, EASE, content where labels are known, and models of above."""
    sources: list[Model] = [Transitions(), Ease(labels=given.labels, name="ease_labels")]
    if given.labels is not None:
        sources.append(LabelContent(given.labels))
    return Blend([*sources, *(each(given) for each in more)], name=name, seed=given.seed)


def read_labels(path: Path, products: Sequence[str]) -> sparse.csr_matrix:
    """Labels of products from a JSON file {product: [label, …]}; see `labelled`. Products it lacks have none.

    Raises InputError for a file that is not of that form.
    """
    try:
        found = orjson.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: cannot be read as JSON: {error}.") from error
    if not isinstance(found, dict) or not all(isinstance(each, list) for each in found.values()):
        raise InputError(f"{path}: expected an object of product → list of labels.")
    codes: dict[str, int] = {}
    return labelled(
        {product: [codes.setdefault(str(label), len(codes)) for label in own] for product, own in found.items()},
        products,
    )


def _content(given: Given) -> Model:
    if given.labels is None:
        raise InputError("the model 'content' needs labels of the products, found none.", hint="Give --labels.")
    return LabelContent(given.labels)


MODELS: Final[Mapping[str, Maker]] = {
    "popular": lambda given: Popular(),
    "item_knn": lambda given: ItemKnn(),
    "transitions": lambda given: Transitions(),
    "ease": lambda given: Ease(250.0),
    "als": lambda given: Als(seed=given.seed),
    "ease_labels": lambda given: Ease(labels=given.labels, name="ease_labels"),
    "content": _content,
    "blend": lambda given: best(given, name="blend"),
}
