"""A bilingual vocabulary from the encoder: catalogue words in one language, shoppers' words in the other.

Terms of the catalogue on the one side; names of the shop's rules and words of past queries on the other. A pair is
offered when each is the other's best by CSLS (vectors.py), when csls ≥ LEAST, and when the titles with the catalogue's
term lie near the other word too: among all words of that language, at most the share NEAR are nearer to their mean
vector. That tells senses apart (`film` in a shop of cameras is not 电影).

How far this encoder can be trusted is measured at every run, on pairs that the rules have: confidence(s) is the share
that is right among the mutual pairs of known names with csls ≥ s. An encoder below TRUSTED at LEAST offers nothing.

Where the right word is not among the other words, the nearest is often a narrower one (阅读, reading glasses): with
fewer than VOCABULARY of them nothing is offered, so this miner needs past queries in the other language.

Hazards: an abbreviation is often read as a sound (sata, 斯塔), so words of under four letters are left out; the shares
measured on names of goods are higher than those of verbs and adjectives.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from shelfwise.language.base import Encoder
from shelfwise.types import Bool, Float32, Float64, Locale
from shelfwise.understanding.expansion.acceptance import Rules
from shelfwise.understanding.expansion.base import EXAMPLES, Candidate, Progress
from shelfwise.understanding.expansion.corpus import Corpus, Side, postings, term_texts
from shelfwise.understanding.expansion.vectors import centred, csls, encode_terms, mutual

LEAST: Final = 0.35  # csls
NEAR: Final = 0.001  # of the other words may be nearer to the titles (at least the first place counts)
TRUSTED: Final = 0.6  # share right among known pairs
FEW_KNOWN: Final = 20  # known pairs below which nothing can be said
VOCABULARY: Final = 3_000  # words of the other language
TITLES: Final = 5  # titles of a term that are looked at
MOST_WORDS: Final = 6_000  # of past queries, the most frequent ones
LEAST_ASKED: Final = 3  # past queries with a word
SHORTEST: Final = 4  # letters of an English word

_PLAIN: Final = re.compile(r"[a-z' -]+|[\u3400-\u9fff]+")


@dataclass(frozen=True, slots=True)
class _Words:
    """Texts of a language with centred vectors [n, d]; the first `own` are the catalogue's or the shoppers'."""

    texts: tuple[str, ...]
    vectors: Float32
    own: int


def mine_encoder(
    corpus: Corpus,
    encoder: Encoder,
    rules: Rules,
    past_queries: Iterable[tuple[str, int]] = (),
    progress: Progress | None = None,
) -> Iterator[Candidate]:
    """Candidates for the language in which the catalogue has more words. rules: what the names are taken from."""
    locale: Locale = "en" if len(corpus.en.terms) >= len(corpus.zh.terms) else "zh"
    other: Locale = "zh" if locale == "en" else "en"
    rules = [(list(terms), list(others)) for terms, others in rules]
    side = corpus.side(locale)
    asked = asked_words(past_queries, corpus, other)
    if not side.terms or len({*asked, *names(rules, other)}) < VOCABULARY:
        return
    mine = _words([term.text for term in side.terms], names(rules, locale), encoder, progress)
    theirs = _words(asked, names(rules, other), encoder, progress)
    scores = csls(mine.vectors, theirs.vectors)  # [n, m]
    best = list(mutual(scores))
    trust = _Trust.measured(best, scores, mine, theirs, pairs_of(rules, locale))
    if trust.share(LEAST) < TRUSTED:
        return
    kept = [(row, at) for row, at in best if _likely(row, at, scores, mine, theirs) and not _brand(side, row, corpus)]
    near = _near_titles(kept, side, theirs, encoder, progress)
    offered = sorted((pair for pair, fits in zip(kept, near, strict=True) if fits), key=lambda pair: -scores[pair])
    rows = postings(side, [row for row, _ in offered])
    for (row, at), found in zip(offered, rows, strict=True):
        score = float(scores[row, at])
        evidence = f"nearness {score:.2f}, in {len(found):,} products", *side.examples(found, EXAMPLES - 1)
        sure = round(trust.share(score), 3)
        yield Candidate(mine.texts[row], theirs.texts[at], (locale, other), False, sure, evidence, "encoder")


def names(rules: Rules, locale: Locale) -> list[str]:
    """The names that rules have in a language, each once."""
    found = dict.fromkeys(name.lower() for terms, others in rules for name in (*terms, *others))
    return [name for name in found if name.isascii() == (locale == "en")]


def pairs_of(rules: Rules, locale: Locale) -> set[tuple[str, str]]:
    """(name in `locale`, name in the other language) that some rule puts together."""
    pairs = (
        (a.lower(), b.lower())
        for terms, others in rules
        for one in terms
        for other in others
        for a, b in ((one, other), (other, one))
    )
    return {(a, b) for a, b in pairs if a.isascii() != b.isascii() and a.isascii() == (locale == "en")}


def asked_words(past_queries: Iterable[tuple[str, int]], corpus: Corpus, locale: Locale) -> list[str]:
    """Words of a language in past queries, the most frequent first."""
    counts: Counter[str] = Counter()
    for query, count in past_queries:
        for key, text in set(term_texts(query, corpus.analyzer, locale == "en")):
            if len(key) == 1:
                counts[text] += count
    frequent = [(count, text) for text, count in counts.items() if count >= LEAST_ASKED]
    return [text for _, text in sorted(frequent, key=lambda each: (-each[0], each[1]))[:MOST_WORDS]]


def _words(own: Sequence[str], more: Iterable[str], encoder: Encoder, progress: Progress | None) -> _Words:
    known = set(own)
    texts = [*own, *(name for name in more if name not in known)]
    return _Words(tuple(texts), centred(encode_terms(encoder, texts, progress)), len(own))


@dataclass(frozen=True, slots=True)
class _Trust:
    """csls of the mutual pairs of known names, and which are right, the highest first."""

    scores: Float64
    right: Bool

    @classmethod
    def measured(
        cls, best: Sequence[tuple[int, int]], scores: Float32, mine: _Words, theirs: _Words, known: set[tuple[str, str]]
    ) -> _Trust:
        named = {one for one, _ in known}
        found = [
            (float(scores[p]), (mine.texts[p[0]], theirs.texts[p[1]]) in known)
            for p in best
            if mine.texts[p[0]] in named
        ]
        found.sort(key=lambda each: -each[0])
        return cls(np.array([s for s, _ in found], np.float64), np.array([r for _, r in found], np.bool_))

    def share(self, score: float) -> float:
        """The share right of those with at least this csls; of the FEW_KNOWN highest where fewer have."""
        if len(self.scores) < FEW_KNOWN:
            return 0.0
        count = max(int((self.scores >= score).sum()), FEW_KNOWN)
        return float(self.right[:count].mean())


def _likely(row: int, at: int, scores: Float32, mine: _Words, theirs: _Words) -> bool:
    """Whether a pair is worth a look at its titles."""
    if row >= mine.own or scores[row, at] < LEAST:
        return False
    english = mine.texts[row] if mine.texts[row].isascii() else theirs.texts[at]
    plain = _PLAIN.fullmatch(mine.texts[row]) and _PLAIN.fullmatch(theirs.texts[at])
    return bool(plain) and len(english) >= SHORTEST


def _brand(side: Side, row: int, corpus: Corpus) -> bool:
    return any((word,) in corpus.brands for word in side.terms[row].key)


def _near_titles(
    pairs: Sequence[tuple[int, int]], side: Side, theirs: _Words, encoder: Encoder, progress: Progress | None
) -> list[bool]:
    """Whether the other word is among the nearest to the titles of each pair's term."""
    if not pairs:
        return []
    rows = [found[:: max(len(found) // TITLES, 1)][:TITLES] for found in postings(side, [row for row, _ in pairs])]
    used = np.unique(np.concatenate(rows))
    vectors = centred(encode_terms(encoder, [side.titles[row] for row in used], progress))  # [titles, d]
    means = np.stack([vectors[np.searchsorted(used, each)].mean(axis=0) for each in rows])  # [pairs, d]
    nearness = means @ theirs.vectors.T  # [pairs, m]
    chosen = nearness[np.arange(len(pairs)), [at for _, at in pairs]]
    nearer = (nearness > chosen[:, None]).sum(axis=1)
    return [bool(count <= NEAR * len(theirs.texts)) for count in nearer]
