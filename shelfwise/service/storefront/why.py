"""Why a product stands where it stands, as bars: one group a stage, the longest bar the largest part."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from shelfwise.types import Contribution, Explanation

LINES: Final = 6  # bars of a stage
STAGES: Final = ("fusion", "lexical", "dense")  # the sum first, then its parts, then whatever else there is


@dataclass(frozen=True, slots=True)
class Bar:
    """What one part added; `width` is in percent of the stage's largest. Details: ("typo", "phone")."""

    name: str
    details: tuple[tuple[str, str], ...]
    value: float
    width: float


@dataclass(frozen=True, slots=True)
class Reason:
    """A stage and its parts, largest first."""

    stage: str
    bars: tuple[Bar, ...]


def explain(why: Explanation) -> tuple[Reason, ...]:
    """The bars of an explanation. Contributions of the same name (one for each word) become one bar.

    >>> parts = (Contribution("lexical", "title", 2.0, "nova"), Contribution("lexical", "title", 1.0, "typo: phone"))
    >>> explain(Explanation((*parts, Contribution("lexical", "brand", -1.5))))[0].bars[0]
    Bar(name='title', details=(('', 'nova'), ('typo', 'phone')), value=3.0, width=100.0)
    """
    stages: dict[str, dict[str, list[Contribution]]] = {}
    for part in why.contributions:
        stages.setdefault(part.stage, {}).setdefault(part.name, []).append(part)
    order = [stage for stage in STAGES if stage in stages] + [stage for stage in stages if stage not in STAGES]
    return tuple(Reason(stage, _bars(stages[stage].values())) for stage in order)


def _bars(named: Iterable[list[Contribution]]) -> tuple[Bar, ...]:
    sums = [(sum(part.value for part in parts), parts) for parts in named]
    sums.sort(key=lambda pair: -abs(pair[0]))
    largest = abs(sums[0][0]) or 1.0
    return tuple(
        Bar(parts[0].name, _details(parts), value, round(100 * abs(value) / largest, 1))
        for value, parts in sums[:LINES]
    )


def _details(parts: Iterable[Contribution]) -> tuple[tuple[str, str], ...]:
    found = dict.fromkeys(part.detail for part in parts if part.detail)
    split = [detail.partition(": ") for detail in found]
    return tuple((kind, word) if colon else ("", kind) for kind, colon, word in split)
