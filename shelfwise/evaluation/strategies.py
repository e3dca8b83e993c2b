"""Ways through a space of settings. Each returns the best setting that it tried, the start included.

Relations: `grid` tries everything (few parameters), `sample` tries some at random (many parameters, none known to
matter), `coordinate` changes one at a time from a good start (many parameters that hardly depend on each other).
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from random import Random
from typing import Any, TypeAlias

Parameters: TypeAlias = Mapping[str, Any]
Space: TypeAlias = Mapping[str, Sequence[Any]]  # parameter → values to try
Objective: TypeAlias = Callable[[Parameters], float]  # higher is better
Strategy: TypeAlias = Callable[[Space, Parameters, Objective], Parameters]

_NOTICEABLE = 1e-12  # equal objectives keep the earlier setting


def grid(space: Space, start: Parameters, objective: Objective) -> Parameters:
    """Every combination of values.

    >>> grid({"x": [1, 2, 3]}, {"x": 0}, lambda setting: -abs(setting["x"] - 2))
    {'x': 2}
    """
    combinations = itertools.product(*space.values())
    return _best(start, ({**start, **dict(zip(space, each, strict=True))} for each in combinations), objective)


def sample(count: int, *, seed: int = 0) -> Strategy:
    """`count` combinations drawn at random; the same ones for the same seed."""

    def strategy(space: Space, start: Parameters, objective: Objective) -> Parameters:
        random = Random(seed)
        drawn = ({**start, **{name: random.choice(values) for name, values in space.items()}} for _ in range(count))
        return _best(start, drawn, objective)

    return strategy


def coordinate(*, rounds: int = 3, least: float = _NOTICEABLE) -> Strategy:
    """One parameter after the other gets its best value while the others stay; at most `rounds` times through all.

    A value is taken for a gain of more than `least`: with few queries, smaller gains are mostly luck.
    """

    def strategy(space: Space, start: Parameters, objective: Objective) -> Parameters:
        setting = start
        for _ in range(rounds):
            before = setting
            for name, values in space.items():
                setting = _best(setting, [{**setting, name: value} for value in values], objective, least)
            if setting == before:
                break
        return setting

    return strategy


def _best(
    first: Parameters, others: Iterable[Parameters], objective: Objective, least: float = _NOTICEABLE
) -> Parameters:
    best, highest = first, objective(first)
    for setting in others:
        value = objective(setting)
        if value > highest + least:
            best, highest = setting, value
    return best
