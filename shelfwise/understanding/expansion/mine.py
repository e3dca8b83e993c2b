"""All miners over a shop's catalogue, one after the other, and what of it is worth the merchant's time."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from shelfwise.language.base import Encoder
from shelfwise.language.terms import catalogue_terms
from shelfwise.types import Product
from shelfwise.understanding.expansion.acceptance import Acceptance, Rules
from shelfwise.understanding.expansion.base import SOURCES, Candidate, Progress, Source
from shelfwise.understanding.expansion.brackets import Brackets
from shelfwise.understanding.expansion.corpus import read_corpus
from shelfwise.understanding.expansion.encoder import mine_encoder
from shelfwise.understanding.expansion.log import Session, mine_log
from shelfwise.understanding.expansion.translations import mine_translations

EVERY: Final = 500  # products between two reports of progress


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What shoppers did, as far as it is known: past queries with counts, sessions."""

    queries: tuple[tuple[str, int], ...] = ()
    sessions: tuple[Session, ...] = ()


def mine(
    products: Callable[[], Iterable[Product]],
    encoder: Encoder | None,
    rules: Rules,
    *,
    behaviour: Behaviour = Behaviour(),
    sources: Collection[Source] = SOURCES,
    progress: Progress = lambda done, total: None,
) -> list[Candidate]:
    """Candidates of the miners `sources`, each pair once, with the greatest confidence.

    products: reads the catalogue from its start, called twice. encoder None: the miner of that name is left out, and
    translations go by association alone. rules: (terms, others) of the rules that the shop has, built-in ones too.
    """
    rules = [(tuple(terms), tuple(others)) for terms, others in rules]
    brackets = Brackets()
    corpus = read_corpus(_read(products(), brackets, progress), catalogue_terms(products()))
    accepted = Acceptance(corpus.analyzer, rules, corpus.brands)
    found: dict[tuple[str, str], Candidate] = {}
    miners: dict[Source, Callable[[], Iterable[Candidate]]] = {
        "translations": lambda: mine_translations(corpus, encoder, progress),
        "brackets": brackets.candidates,
        "encoder": lambda: mine_encoder(corpus, encoder, rules, behaviour.queries, progress) if encoder else (),
        "log": lambda: mine_log(behaviour.sessions, corpus.analyzer),
    }
    for source in sources:
        for candidate in miners[source]():
            best = found.get(candidate.key)
            if accepted(candidate) and (best is None or candidate.confidence > best.confidence):
                found[candidate.key] = candidate
    return sorted(found.values(), key=lambda each: (-each.confidence, each.key))


def _read(products: Iterable[Product], brackets: Brackets, progress: Progress) -> Iterator[Product]:
    for done, product in enumerate(products, 1):
        brackets.add(product)
        if done % EVERY == 0:
            progress(done, None)
        yield product
