"""From the catalogue to a generation of the index: terms, tokens, vectors, suggestions, spelling."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from shelfwise.behaviour.profiles.prices import PriceBandsBuilder
from shelfwise.catalog.base import CatalogStore
from shelfwise.errors import CorruptIndexError
from shelfwise.language.analyzer import BilingualAnalyzer
from shelfwise.language.base import Encoder
from shelfwise.language.terms import catalogue_terms
from shelfwise.retrieval.base import Engine, GenerationPart, IndexedProduct
from shelfwise.retrieval.centring import QueryCentreBuilder
from shelfwise.retrieval.document import ENCODER_TEXT_VERSION, TEXT_FIELDS, Documents, encoder_text
from shelfwise.retrieval.embedded import EmbeddedEngine
from shelfwise.retrieval.generations import Generation, Generations
from shelfwise.retrieval.labels import Labels
from shelfwise.retrieval.profile import CatalogueProfileBuilder
from shelfwise.retrieval.suggest import SuggesterBuilder
from shelfwise.types import Product
from shelfwise.understanding.category.model import CategoryBuilder
from shelfwise.understanding.constraints.dictionary import DictionaryBuilder
from shelfwise.understanding.kinds.model import KindCounts
from shelfwise.understanding.spelling.vocabulary import VocabularyBuilder

TERMS = "terms"
TERMS_FILE = "terms.txt"
KEEP = 2  # generations kept: the one in service and the one before it

Progress = Callable[[int, int | None], None]  # products done, products in all


class Terms:
    """A part of a generation: the catalogue's own words, without which its texts would be cut differently."""

    name = TERMS

    def __init__(self, terms: Sequence[str]) -> None:
        self._terms = terms

    def add(self, product: Product, indexed: IndexedProduct) -> None:
        """Products were read before."""

    def write(self, into: Path) -> None:
        """Writes a term a line."""
        (into / TERMS_FILE).write_text("".join(f"{term}\n" for term in self._terms), "utf-8")

    @staticmethod
    def read(folder: Path) -> list[str]:
        """The terms of a generation. Raises CorruptIndexError."""
        file = folder / TERMS / TERMS_FILE
        try:
            return file.read_text("utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise CorruptIndexError(f"{file}: {error}", hint="Index again.") from error


def default_engine() -> Engine:
    """The engine that a shop uses."""
    return EmbeddedEngine(TEXT_FIELDS)


def vectorised(documents: Documents, encoder: Encoder | None, products: Sequence[Product]) -> list[IndexedProduct]:
    """Products in index form, with vectors where there is an encoder."""
    indexed = [documents(product) for product in products]
    if encoder is None:
        return indexed
    vectors = encoder.encode([encoder_text(product) for product in products], "product")
    return [dataclasses.replace(one, vector=vector) for one, vector in zip(indexed, vectors, strict=True)]


def name_of(encoder: Encoder | None) -> str:
    """What a generation's manifest calls the encoder."""
    return encoder.name if encoder is not None else "none"


def versions_of(analyzer: BilingualAnalyzer, encoder: Encoder | None, labels: Labels) -> dict[str, str]:
    """What shapes an index beside the products; an index whose versions differ is out of date."""
    return {
        "analyzer": analyzer.fingerprint,
        "encoder": name_of(encoder),
        "encoder_text": str(ENCODER_TEXT_VERSION),
        "labels": labels.fingerprint,
    }


def build_generation(
    generations: Generations,
    store: CatalogStore,
    encoder: Encoder | None,
    labels: Labels,
    *,
    clock: Callable[[], datetime],
    about_encoder: Mapping[str, Any] | None = None,
    past_queries: Iterable[tuple[str, int]] = (),
    progress: Progress = lambda done, total: None,
    complete: Callable[[], object] = lambda: None,
) -> Generation:
    """Build a generation of all that the store holds, and serve it.

    about_encoder: how the encoder is loaded again. past_queries: what shoppers searched for and found, and how often;
    suggested under the search field, and no slips. complete: called when it is built, before it is served.
    Raises StorageError when the disk refuses; the generation in service stays as it is then.
    """
    revision, total = store.revision(), store.count()
    asked = list(past_queries)
    counts = KindCounts()
    analyzer = BilingualAnalyzer(terms := catalogue_terms(counts.watch(store.products())))
    kinds = counts.model()
    documents = Documents(analyzer, labels, kinds.tokens)
    parts: list[GenerationPart] = [
        Terms(terms),
        kinds,
        VocabularyBuilder(asked),
        SuggesterBuilder(asked),
        QueryCentreBuilder(encoder),
        CatalogueProfileBuilder(),
        CategoryBuilder(analyzer),
        DictionaryBuilder(),
        PriceBandsBuilder(),
    ]
    generation = generations.build(
        store.products(),
        lambda products: vectorised(documents, encoder, products),
        default_engine(),
        parts,
        versions=versions_of(analyzer, encoder, labels),
        revision=revision,
        clock=clock,
        encoder=about_encoder,
        progress=lambda done: progress(done, total),
    )
    complete()
    before = generations.current()
    generations.switch(generation.name)
    generations.prune(KEEP, before)
    return generation
