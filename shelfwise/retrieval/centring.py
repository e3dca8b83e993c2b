"""Query centring: take out of a query's vector what all queries have in common.

Encoders such as E5 place all short queries in one narrow cone, nearer to some products than to others whatever was
asked; a query in another language than the catalogue is drawn to the few products that "look like" that language.
Subtracting part of the mean query of the language keeps what is particular to this query:

    v' = (v − λ·q̄) / ‖v − λ·q̄‖,   q̄ = mean vector of common queries of the language

The common queries are the names of goods in the built-in synonyms: they belong to no shop and to no test set.
Related to mean removal in Mu and Viswanath, "All-but-the-Top" (ICLR 2018).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final
from zipfile import BadZipFile

import numpy as np

from shelfwise.errors import CorruptIndexError
from shelfwise.language.base import Encoder
from shelfwise.retrieval.base import IndexedProduct
from shelfwise.retrieval.synonyms import default_rules
from shelfwise.types import Float32, Locale, Product

FILE: Final = "centre.npz"
STRENGTH: Final = 0.5  # λ
MOST: Final = 400  # queries of a language that are averaged


class QueryCentre:
    """Knows the mean query of each language, of one encoder."""

    def __init__(self, means: Mapping[str, Float32], strength: float = STRENGTH) -> None:
        self._shift = {language: np.float32(strength) * mean for language, mean in means.items()}

    def __call__(self, vector: Float32, language: str) -> Float32:
        """The centred vector, Float32[d], of length 1; as it is for a language that is not known."""
        shift = self._shift.get(language)
        if shift is None:
            return vector
        moved = vector - shift
        length = float(np.linalg.norm(moved))
        return (moved / np.float32(length)).astype(np.float32) if length > 1e-6 else vector

    @classmethod
    def open(cls, folder: Path, strength: float = STRENGTH) -> QueryCentre:
        """The centre of a generation; without one (no encoder), vectors stay as they are. Raises CorruptIndexError."""
        file = folder / FILE
        if not file.exists():
            return cls({})
        try:
            with file.open("rb") as opened, np.load(opened, allow_pickle=False) as means:
                return cls({language: means[language] for language in means.files}, strength)
        except (OSError, ValueError, KeyError, EOFError, TypeError, BadZipFile) as error:
            raise CorruptIndexError(f"{file}: {error}", hint="Index again.") from error


class QueryCentreBuilder:
    """A part of a generation: encodes the common queries of each language once."""

    name = "centre"

    def __init__(self, encoder: Encoder | None) -> None:
        self._encoder = encoder

    def add(self, product: Product, indexed: IndexedProduct) -> None:
        """Products have no part in it."""

    def write(self, into: Path) -> None:
        """Writes the means into a folder."""
        if self._encoder is not None:
            queries = common_queries()
            means = {language: self._encoder.encode(texts, "query").mean(axis=0) for language, texts in queries.items()}
            np.savez(into / FILE, **means)


def common_queries() -> dict[Locale, list[str]]:
    """Names of goods in each language, in the order of the built-in synonyms."""
    terms = dict.fromkeys(term for rule in default_rules() for term in (*rule.terms, *rule.others))
    found: dict[Locale, list[str]] = {"en": [], "zh": []}
    for term in terms:
        found["en" if term.isascii() else "zh"].append(term)
    return {language: texts[:MOST] for language, texts in found.items()}
