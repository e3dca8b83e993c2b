"""Every pair of query and text once, with one grade."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import fmean
from typing import Final, TypeAlias

from shelfwise.catalog.near_duplicates import SIMILAR, NearDuplicates, shingles, similarity
from shelfwise.training.data.clean import folded
from shelfwise.training.data.examples import Example

# Whose word counts where sources contradict each other: people's judgments before deeds before what is guessed.
TRUST: Final = ("judgments", "questions", "log", "reviews", "catalog")
# Sources whose texts are facts that many products share: what is said of one product does not hold for another.
FACTS: Final = frozenset({"questions"})

_Pair: TypeAlias = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Deduped:
    """The examples that are left, and how many pairs were removed or regraded, by reason."""

    examples: list[Example]
    counts: Mapping[str, int]


def dedupe(examples: Sequence[Example], *, near: bool = True) -> Deduped:
    """Leave each pair of query and text in one example only, the most trusted (see TRUST), else the first.

    Where a pair has several grades, the mean of those of its most trusted source counts. In sources of FACTS a pair
    belongs to its group. near: of examples with one positive text, those go whose query and text are nearly those of an
    earlier one (see `shelfwise.catalog.near_duplicates`; numbers that differ make texts different).
    """
    counts: Counter[str] = Counter()
    kept = _exact(examples, counts)
    if near:
        dropped = _near(kept)
        counts["near duplicates"] = len(dropped)
        kept = [example for row, example in enumerate(kept) if row not in dropped]
    return Deduped(kept, {reason: count for reason, count in sorted(counts.items()) if count})


def _pairs(example: Example) -> list[_Pair]:
    scope = example.group if example.source in FACTS else ""
    query = folded(example.query)
    return [(query, folded(text), scope) for text in example.texts]


def _trust(source: str) -> int:
    return TRUST.index(source) if source in TRUST else len(TRUST)


def _exact(examples: Sequence[Example], counts: Counter[str]) -> list[Example]:
    said: dict[_Pair, list[tuple[int, float]]] = defaultdict(list)
    for example in examples:
        for pair, grade in zip(_pairs(example), example.grades, strict=True):
            said[pair].append((_trust(example.source), grade))
    grades = {pair: _resolve(each, counts) for pair, each in said.items()}
    taken: set[_Pair] = set()
    kept: dict[int, Example] = {}
    for row in sorted(range(len(examples)), key=lambda row: _trust(examples[row].source)):  # stable: the first before
        example = examples[row]
        mine: dict[_Pair, str] = {}
        for pair, text in zip(_pairs(example), example.texts, strict=True):
            if pair not in taken:
                mine.setdefault(pair, text)
        taken.update(mine)
        if mine:
            kept[row] = replace(example, texts=tuple(mine.values()), grades=tuple(grades[pair] for pair in mine))
    counts["duplicate pairs"] = sum(map(len, said.values())) - len(said)
    return [kept[row] for row in sorted(kept)]


def _resolve(said: Sequence[tuple[int, float]], counts: Counter[str]) -> float:
    """One grade for a pair."""
    if len({grade for _, grade in said}) > 1:
        counts["contradictory grades"] += 1
    best = min(trust for trust, _ in said)
    return fmean(grade for trust, grade in said if trust == best)


def _near(examples: Sequence[Example]) -> set[int]:
    """Rows of pairs that say nearly the same as an earlier row that stays."""
    rows: dict[str, list[int]] = defaultdict(list)  # text → rows that have it
    for row, example in enumerate(examples):
        if len(example.texts) == 1 and example.grades[0] > 0:
            rows[folded(example.texts[0])].append(row)
    dropped: set[int] = set()
    for one, other in sorted(_neighbours(rows)):
        if one not in dropped and _alike(examples[one].query, examples[other].query):
            dropped.add(other)
    return dropped


def _neighbours(rows: Mapping[str, list[int]]) -> Iterator[tuple[int, int]]:
    """Pairs of rows, the earlier first, whose texts are the same or nearly so."""
    finder = NearDuplicates()
    for text in rows:
        finder.add(text, text)
    for mine in rows.values():
        yield from ((one, other) for place, one in enumerate(mine[:_MOST]) for other in mine[place + 1 : _MOST])
    for pair in finder.pairs():
        first, second = (rows[text][:_MOST] for text in pair.ids)
        yield from ((min(one, other), max(one, other)) for one in first for other in second)


_MOST = 50  # rows of one text that are compared


def _alike(one: str, other: str) -> bool:
    return folded(one) == folded(other) or similarity(shingles(one), shingles(other)) >= SIMILAR
