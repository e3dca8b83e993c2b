"""What ties examples together: whatever must not stand on both sides of a split."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from shelfwise.training.data.clean import folded
from shelfwise.training.data.dedupe import FACTS
from shelfwise.training.data.examples import Example

By: TypeAlias = Literal["product", "query", "time"]
Key: TypeAlias = tuple[str, str]  # ("group" or "text", what)

LIMITS: Final = (256, 64, 16, 4, 1)


def keys(example: Example, by: By = "product") -> tuple[Key, ...]:
    """What an example shares with others that it must stay together with.

    product: its group, the text of its query, and its positive texts, unless they are facts that many products share
    (see FACTS): then both queries and products of a test are new.
    query, time: its group and the text of its query. Products of a test may be known, as they are in a shop.
    """
    tied: list[Key] = [("group", example.group), ("text", folded(example.query))]
    if by == "product" and example.source not in FACTS:
        tied += [("text", folded(text)) for text in example.positives]
    return tuple(dict.fromkeys(tied))


@dataclass(frozen=True, slots=True)
class Ties:
    """Which examples belong together.

    components: a number for each example; the same number stays together.
    loose: keys that too many examples share to keep these together (see `tie`).
    """

    components: list[int]
    loose: frozenset[Key]


def tie(examples: Sequence[Example], by: By = "product", most: float = 0.2) -> Ties:
    """The connected components of examples that share a key.

    Queries such as "notebook" tie half a catalogue into one lump that no split can cut. So when a component has more
    than the share `most` of all examples, texts that more than 256 examples share tie no longer; if that is not enough,
    more than 64, 16, 4 or 1. Such keys are `loose`: who splits must leave out what would stand on both sides. A group
    always ties.
    """
    tied = [keys(example, by) for example in examples]
    shared = Counter(key for each in tied for key in each)
    loose: frozenset[Key] = frozenset()
    components = _components(tied, loose)
    for limit in LIMITS:
        if not components or max(Counter(components).values()) <= most * len(examples):
            break
        loose = frozenset(key for key, count in shared.items() if key[0] == "text" and count > limit)
        components = _components(tied, loose)
    return Ties(components, loose)


def _components(tied: Sequence[Sequence[Key]], loose: frozenset[Key]) -> list[int]:
    """Union–find over the keys (Tarjan, 1975); a component is named by its first row."""
    parents = list(range(len(tied)))

    def root(row: int) -> int:
        while parents[row] != row:
            parents[row] = row = parents[parents[row]]
        return row

    first: dict[Key, int] = {}
    for row, each in enumerate(tied):
        for key in each:
            if key not in loose:
                one, other = root(first.setdefault(key, row)), root(row)
                parents[max(one, other)] = min(one, other)
    return [root(row) for row in range(len(tied))]
