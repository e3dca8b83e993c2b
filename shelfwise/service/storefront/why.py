"""Why a product stands where it stands, as bars: one group a stage, the longest bar the largest part."""

from __future__ import annotations

from dataclasses import dataclass

from shelfwise.types import Contribution, Explanation

LINES = 6  # bars of a stage


@dataclass(frozen=True, slots=True)
class Bar:
    """One contribution; `width` is in percent of the stage's largest."""

    name: str
    detail: str
    value: float
    width: float


@dataclass(frozen=True, slots=True)
class Reason:
    """A stage and its contributions, largest first."""

    stage: str
    bars: tuple[Bar, ...]


def explain(why: Explanation) -> tuple[Reason, ...]:
    """The bars of an explanation, in the order in which the stages were given.

    >>> parts = (Contribution("lexical", "title", 3.0), Contribution("lexical", "brand", -1.5))
    >>> [(bar.name, bar.width) for bar in explain(Explanation(parts))[0].bars]
    [('title', 100.0), ('brand', 50.0)]
    """
    stages: dict[str, list[Contribution]] = {}
    for part in why.contributions:
        stages.setdefault(part.stage, []).append(part)
    return tuple(Reason(stage, _bars(parts)) for stage, parts in stages.items())


def _bars(parts: list[Contribution]) -> tuple[Bar, ...]:
    largest = max(abs(part.value) for part in parts) or 1.0
    ordered = sorted(parts, key=lambda part: -abs(part.value))[:LINES]
    return tuple(Bar(part.name, part.detail, part.value, round(100 * abs(part.value) / largest, 1)) for part in ordered)
