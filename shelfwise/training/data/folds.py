"""Cross-validation over examples, so that every one is tested once by a model that did not see it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from shelfwise.errors import InputError
from shelfwise.evaluation.splits import fraction_of
from shelfwise.training.data.examples import Example
from shelfwise.training.data.ties import By, keys, tie


@dataclass(frozen=True, slots=True)
class Fold:
    """A part to test on, and what to train on meanwhile."""

    train: list[Example]
    test: list[Example]


def folds(examples: Sequence[Example], k: int, seed: int, by: By = "product") -> list[Fold]:
    """k folds of like size; each example is in the test of exactly one.

    What is tied together (see `tie`) is tested together: the largest components first, each to the smallest fold so
    far, in an order that follows from the seed. Texts that half the data share are left out of a fold's training where
    its test has them.

    Raises InputError: fewer than two folds, folds by time, or fewer components than folds.
    """
    if k < 2:
        raise InputError(f"found {k} folds, expected 2 or more.")
    if by == "time":
        raise InputError("found folds by time, expected by product or query: a test before its training tells nothing.")
    ties = tie(examples, by, 1 / k)
    sizes = Counter(ties.components)
    if len(sizes) < k:
        raise InputError(
            f"found {len(sizes)} groups of examples that share nothing, expected {k} or more for {k} folds."
        )
    names = {component: examples[component].group for component in sizes}  # a component is named by its first row
    order = sorted(sizes, key=lambda each: (-sizes[each], fraction_of(names[each], seed=seed), each))
    filled = [0] * k
    places: dict[int, int] = {}
    for component in order:
        places[component] = filled.index(min(filled))
        filled[places[component]] += sizes[component]
    return [_fold(examples, [places[each] == fold for each in ties.components], by) for fold in range(k)]


def _fold(examples: Sequence[Example], tested: Sequence[bool], by: By) -> Fold:
    test = [example for example, here in zip(examples, tested, strict=True) if here]
    shown = {key for example in test for key in keys(example, by)}
    rest = [example for example, here in zip(examples, tested, strict=True) if not here]
    return Fold([example for example in rest if shown.isdisjoint(keys(example, by))], test)
