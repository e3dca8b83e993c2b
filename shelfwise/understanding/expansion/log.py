"""What shoppers replaced: one query, and soon after the same query with other words in one place.

    nike trainers → nike sneakers       (trainers, sneakers)

Within a session, two queries that follow each other within WINDOW seconds and differ in one stretch of words give a
swap. Of n swaps in all, a take the first words out, b put the second in, j do both (both ways together):

    log_likelihood_ratio(j, a, b, n) ≥ CHANCE and j ≥ LEAST            (Jones et al., "Generating Query
                                                                        Substitutions", WWW 2006)

A shopper also swaps words when she looks for something else (phone, tablet). So the log must speak for the same need as
well: products were clicked after both (cosine of clicks ≥ SHARED), or the first found nothing in most cases (then the
rule goes one way), or, where nothing is known of clicks, the swap was made in at least CONTEXTS different queries.

Hazards: whoever can send queries can plant a swap; each session counts once, and a merchant reads the candidates.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

import numpy as np

from shelfwise.language.base import Analyzer
from shelfwise.language.normalise import fold
from shelfwise.language.spans import outer
from shelfwise.language.stopwords import drop_stopwords
from shelfwise.types import Locale
from shelfwise.understanding.expansion.association import log_likelihood_ratio
from shelfwise.understanding.expansion.base import Candidate

WINDOW: Final = 120.0  # seconds
LEAST: Final = 4  # sessions
CHANCE: Final = 10.83  # G² of p = .001
SHARED: Final = 0.3  # cosine of clicks
DEAD_END: Final = 0.5  # share of swaps whose first query found nothing
CONTEXTS: Final = 3  # different queries around a swap
LONGEST: Final = 3  # words of a stretch
MOST: Final = 100_000  # swaps, and words with clicks, kept while counting


@dataclass(frozen=True, slots=True)
class Asked:
    """A query of a session: its time in seconds, how many products it found (None: unknown), which were clicked."""

    query: str
    time: float
    results: int | None = None
    clicked: tuple[str, ...] = ()


Session = Sequence[Asked]
Swap = tuple[str, str]


@dataclass(slots=True)
class _Swapped:
    sessions: int = 0
    dead_ends: int = 0
    contexts: set[str] = field(default_factory=set)


def mine_log(sessions: Iterable[Session], analyzer: Analyzer) -> Iterator[Candidate]:
    """Candidates from sessions, those of most sessions first."""
    swaps, clicks = _count(sessions, analyzer)
    taken, put = Counter[str](), Counter[str]()
    for (first, second), swapped in swaps.items():
        taken[first] += swapped.sessions
        put[second] += swapped.sessions
    total = sum(taken.values())
    seen: set[Swap] = set()
    for swap, swapped in sorted(swaps.items(), key=lambda each: (-each[1].sessions, each[0])):
        back = swaps.get((swap[1], swap[0]), _Swapped())
        if (swap[1], swap[0]) in seen or swapped.sessions + back.sessions < LEAST:
            continue
        seen.add(swap)
        a, b = taken[swap[0]] + put[swap[0]], taken[swap[1]] + put[swap[1]]
        together = swapped.sessions + back.sessions
        counts = np.float64(together), np.float64(a), np.float64(b)
        if log_likelihood_ratio(counts[0], counts[1], counts[2], 2.0 * total) >= CHANCE:
            yield from _judged(swap, swapped, back, clicks)


def _judged(swap: Swap, swapped: _Swapped, back: _Swapped, clicks: dict[str, Counter[str]]) -> Iterator[Candidate]:
    """The candidate of a swap, where the log says that the need was the same."""
    together = swapped.sessions + back.sessions
    shared = _cosine(clicks.get(swap[0]), clicks.get(swap[1]))
    dead = swapped.dead_ends >= DEAD_END * swapped.sessions
    varied = len(swapped.contexts | back.contexts) >= CONTEXTS
    if shared is None and not dead and not varied:
        return
    if shared is not None and shared < SHARED and not dead:
        return
    sure = max(shared or 0.0, 0.8 if dead else 0.0, 0.7 if varied else 0.0) * together / (together + 1)
    says = [f"replaced in {together:,} sessions"]  # never a whole query: it may be one shopper's
    if swapped.dead_ends:
        says.append(f"nothing found before in {swapped.dead_ends:,}")
    if shared is not None:
        says.append(f"clicks alike: {shared:.2f}")
    one_way = dead and not (shared or 0.0) >= SHARED
    languages = _language(swap[0]), _language(swap[1])
    yield Candidate(*swap, languages, one_way, round(min(sure, 1.0), 3), tuple(says), "log")


def _count(sessions: Iterable[Session], analyzer: Analyzer) -> tuple[dict[Swap, _Swapped], dict[str, Counter[str]]]:
    """The swaps, and what was clicked after queries with the words of some swap."""
    swaps: defaultdict[Swap, _Swapped] = defaultdict(_Swapped)
    clicks: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for session in sessions:
        seen: set[Swap] = set()
        for before, after in pairwise(session):
            if not 0 <= after.time - before.time <= WINDOW:
                continue
            found = difference(before.query, after.query, analyzer)
            if found is None:
                continue
            (first, second), context = found
            clicks[first].update(before.clicked)
            clicks[second].update(after.clicked)
            if (first, second) not in seen:
                seen.add((first, second))
                swapped = swaps[first, second]
                swapped.sessions += 1
                swapped.dead_ends += before.results == 0 and after.results != 0
                if len(swapped.contexts) < CONTEXTS:
                    swapped.contexts.add(context)
        if len(swaps) > 2 * MOST:
            kept = sorted(swaps, key=lambda swap: -swaps[swap].sessions)[:MOST]
            swaps = defaultdict(_Swapped, {swap: swaps[swap] for swap in kept})
            words = {word for swap in kept for word in swap}
            clicks = defaultdict(Counter, {word: count for word, count in clicks.items() if word in words})
    return swaps, clicks


def difference(before: str, after: str, analyzer: Analyzer) -> tuple[Swap, str] | None:
    """((words taken out, words put in), what stayed) where two queries differ in one stretch; else None.

    >>> from shelfwise.language.analyzer import BilingualAnalyzer
    >>> difference("red trainers size 9", "red sneakers size 9", BilingualAnalyzer())
    (('trainers', 'sneakers'), 'red _ size 9')
    """
    one, two = _written(before, analyzer), _written(after, analyzer)
    start = next((i for i, (a, b) in enumerate(zip(one, two, strict=False)) if a[0] != b[0]), min(len(one), len(two)))
    most = min(len(one), len(two)) - start
    end = next((i for i in range(most) if one[-1 - i][0] != two[-1 - i][0]), most)
    out, into = one[start : len(one) - end], two[start : len(two) - end]
    if not 0 < len(out) <= LONGEST or not 0 < len(into) <= LONGEST:
        return None
    stayed = [*one[:start], ("_", "_"), *one[len(one) - end :]]
    return (_joined(out), _joined(into)), _joined(stayed)


def _written(query: str, analyzer: Analyzer) -> list[tuple[str, str]]:
    """(token, as written) of each word that says something."""
    words = outer(drop_stopwords(analyzer.analyze(query).words))
    return [(token.text, fold(query[token.start : token.end])) for token in words]


def _joined(words: Sequence[tuple[str, str]]) -> str:
    text = ""
    for _, word in words:
        spaced = text and (text[-1].isascii() or word[0].isascii())
        text += f" {word}" if spaced else word
    return text


def _cosine(one: Counter[str] | None, two: Counter[str] | None) -> float | None:
    """None where one has no clicks."""
    if not one or not two:
        return None
    dot = sum(count * two[product] for product, count in one.items())
    lengths = (math.sqrt(sum(count * count for count in each.values())) for each in (one, two))
    return dot / math.prod(lengths)


def _language(text: str) -> Locale:
    return "en" if text.isascii() else "zh"
