"""Bilingual pairs from products whose texts are there in both languages.

An English term e and a Chinese term z that mean the same come in the same products. Over the n products with both
languages, e is in a of them, z in b, both in j:

    dice = 2 j / (a + b)                 where log_likelihood_ratio says that j is no chance
    strength = dice + max(cos(e, z), 0)  with an encoder (vectors centred per language), else dice

Each must be the other's strongest partner (competitive linking, Melamed 2000): so `laptop` goes with 笔记本电脑 and not
with 笔记本散热器. The encoder matters where terms always come together (wireless, 无线, 耳机 in a shop of headphones).
A pair of two words each is left out when it says no more than the pairs of its words.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from shelfwise.language.base import Encoder
from shelfwise.types import Bool, Float64, Int32, Int64
from shelfwise.understanding.expansion.association import dice, log_likelihood_ratio
from shelfwise.understanding.expansion.base import EXAMPLES, Candidate, Progress
from shelfwise.understanding.expansion.corpus import Corpus, Side, postings
from shelfwise.understanding.expansion.vectors import centred, encode_terms

LEAST_DICE: Final = 0.4
STRONG: Final = 1.05  # strength, with an encoder
ALONE: Final = 0.9  # dice, without
TIED: Final = 0.05  # without an encoder, another partner this near makes a pair doubtful
CHANCE: Final = 10.83  # G² of p = .001
LEAST_TOGETHER: Final = 3  # products with both
BATCH: Final = 256  # products counted at once

Pair = tuple[int, int]


def mine_translations(
    corpus: Corpus, encoder: Encoder | None = None, progress: Progress | None = None
) -> Iterator[Candidate]:
    """Candidates from products with both languages, the strongest first. encoder None: by association alone."""
    both = [row for row, titles in enumerate(zip(corpus.en.titles, corpus.zh.titles, strict=True)) if all(titles)]
    if not both or not corpus.en.terms or not corpus.zh.terms:
        return
    links = _links(corpus, both, encoder, progress)
    linked = {(int(e), int(z)): at for at, (e, z) in enumerate(zip(links.e, links.z, strict=True)) if links.mutual[at]}
    least = ALONE if encoder is None else STRONG
    kept = [(links.strength[at], pair) for pair, at in linked.items() if links.strength[at] >= least]
    composed = _compositions(linked, corpus)
    chosen = [
        (strength, pair)
        for strength, pair in sorted(kept, key=lambda each: (-each[0], each[1]))
        if pair not in composed and not _branded(pair, corpus)
    ]
    rows = [postings(side, [pair[at] for _, pair in chosen]) for at, side in enumerate((corpus.en, corpus.zh))]
    for (strength, pair), en_rows, zh_rows in zip(chosen, *rows, strict=True):
        yield _candidate(pair, _sure(float(strength), encoder is not None), np.intersect1d(en_rows, zh_rows), corpus)


@dataclass(frozen=True, slots=True)
class _Links:
    """Pairs that go together more than by chance: terms, strength, whether each is the other's strongest. [pairs]"""

    e: Int64
    z: Int64
    strength: Float64
    mutual: Bool


def _links(corpus: Corpus, both: Sequence[int], encoder: Encoder | None, progress: Progress | None) -> _Links:
    together = _together(corpus, both)  # [e, z]
    e, z = np.nonzero(together >= LEAST_TOGETHER)
    a, b = _counts(corpus.en, both)[e], _counts(corpus.zh, both)[z]
    j = together[e, z].astype(np.float64)
    strength = dice(j, a, b)
    kept = (strength >= LEAST_DICE) & (log_likelihood_ratio(j, a, b, len(both)) >= CHANCE)
    e, z, strength = e[kept], z[kept], strength[kept]
    if encoder is not None:
        vectors = [centred(encode_terms(encoder, [t.text for t in s.terms], progress)) for s in (corpus.en, corpus.zh)]
        strength += np.maximum((vectors[0][e] * vectors[1][z]).sum(axis=1), 0)
    margin = TIED if encoder is None else 0.0
    best = _leads(e, strength, len(corpus.en.terms), margin) & _leads(z, strength, len(corpus.zh.terms), margin)
    return _Links(e, z, strength, best)


def _leads(group: Int64, strength: Float64, groups: int, margin: float) -> Bool:
    """Whether each is the strongest of its group, and none other comes within the margin."""
    order = np.lexsort((np.arange(len(group)), -strength, group))
    first = np.ones(len(group), np.bool_)
    first[1:] = group[order][1:] != group[order][:-1]
    found = np.zeros(len(group), np.bool_)
    found[order] = first
    if margin:
        top = np.zeros(groups)
        np.maximum.at(top, group, strength)
        close = np.bincount(group[strength >= top[group] - margin], minlength=groups)
        found &= close[group] == 1
    return found


def _together(corpus: Corpus, both: Sequence[int]) -> Int32:
    """Products with both terms, Int32[e, z]."""
    width = len(corpus.zh.terms)
    found = np.zeros(len(corpus.en.terms) * width, np.int32)
    for start in range(0, len(both), BATCH):
        rows = both[start : start + BATCH]
        pairs = [np.add.outer(corpus.en.rows[r].astype(np.int64) * width, corpus.zh.rows[r]).ravel() for r in rows]
        cells, counts = np.unique(np.concatenate(pairs), return_counts=True)
        found[cells] += counts.astype(np.int32)
    return found.reshape(-1, width)


def _counts(side: Side, rows: Sequence[int]) -> Float64:
    """Products of `rows` with each term, Float64[terms]."""
    return np.bincount(np.concatenate([side.rows[row] for row in rows]), minlength=len(side.terms)).astype(np.float64)


def _compositions(linked: Iterable[Pair], corpus: Corpus) -> set[Pair]:
    """The pairs whose words are pairs already: wireless mouse, 无线鼠标."""
    named = [(corpus.en.terms[e].key, corpus.zh.terms[z].text, (e, z)) for e, z in linked]
    names = {key[0]: text for key, text, _ in named if len(key) == 1}
    found = set()
    for key, text, pair in named:
        parts = [names.get(word, "") for word in key]
        if len(key) == 2 and text in ("".join(parts), "".join(reversed(parts))):
            found.add(pair)
    return found


def _branded(pair: Pair, corpus: Corpus) -> bool:
    """Whether it is a brand and something beside it."""
    keys = corpus.en.terms[pair[0]].key, corpus.zh.terms[pair[1]].key
    return any(len(key) > 1 and any((word,) in corpus.brands for word in key) for key in keys)


def _sure(strength: float, encoded: bool) -> float:
    """The share of such pairs found good by eye on the demo shop, roughly."""
    return min(0.59 + 0.2 * strength, 0.95) if encoded else 0.75


def _candidate(pair: Pair, confidence: float, rows: Int64, corpus: Corpus) -> Candidate:
    e, z = pair
    titles = [f"{corpus.en.titles[row]} / {corpus.zh.titles[row]}" for row in rows[: EXAMPLES - 1].tolist()]
    evidence = (f"together in {len(rows):,} products", *titles)
    names = corpus.en.terms[e].text, corpus.zh.terms[z].text
    return Candidate(*names, ("en", "zh"), False, round(confidence, 3), evidence, "translations")
