"""Query → categories, by the words and the meaning of the products in them.

    s(c) = ln (n_c / n) · ρ + Σ over tokens t of the query of ln ( (n_ct + μ p_t) / (n_c + μ) / p_t ) + κ · cos(v, m_c)
    P(c) = softmax(s / T)

n_c products in category c (a whole path), n_ct of them with t in title or category name (a query that is all of a
name counts as one more token), p_t the share of all products with t, v the query's vector, m_c the mean vector of c's
products, unit rows Float32[c, d]. Smoothing by the whole catalogue: Zhai and Lafferty, "A Study of Smoothing Methods
for Language Models" (TOIS 2004). ρ, μ, κ and T were chosen on the demo shop's queries (docs/benchmarks.md).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final, Protocol
from zipfile import BadZipFile

import numpy as np
import orjson

from shelfwise.errors import CorruptIndexError
from shelfwise.language.base import Analyzer
from shelfwise.language.spans import outer
from shelfwise.types import Float32, Float64, Product
from shelfwise.understanding.base import CategoryGuess

WORDS: Final = "categories.json"
MEANS: Final = "categories.npz"
COVERED: Final = 0.5  # share of the products that have a category before it is worth guessing one
MOST: Final = 2_000  # categories; the largest ones are kept
MOST_TOKENS: Final = 60_000
PRIOR: Final = 0.3  # ρ
SMOOTHING: Final = 5.0  # μ
MEANING: Final = 60.0  # κ
TEMPERATURE: Final = 1.0  # T

Paths = tuple[tuple[str, ...], ...]


class Vectorised(Protocol):
    """What is read of a product in index form: tokens by field, and its vector Float32[d]."""

    @property
    def text(self) -> Mapping[str, tuple[str, ...]]:
        """Field → tokens."""

    @property
    def vector(self) -> Float32 | None:
        """A unit row."""


class CategoryModel:
    """Knows how products of each category are called."""

    def __init__(
        self,
        sizes: Mapping[tuple[str, ...], int],
        tokens: Mapping[str, Mapping[int, int]],
        total: int,
        means: Float32 | None,
    ) -> None:
        self.paths: Paths = tuple(sizes)
        self._tokens = tokens
        self._total = max(total, 1)
        self._sizes = np.array(list(sizes.values()), np.float64)  # [c]
        self._means = means  # [c, d]
        self._prior = PRIOR * np.log(np.maximum(self._sizes, 1) / self._total)

    def __call__(self, tokens: Sequence[str], vector: Float32 | None, most: int = 3) -> tuple[CategoryGuess, ...]:
        """The likeliest categories, best first; none for a query whose words and meaning say nothing."""
        known = [token for token in dict.fromkeys((*tokens, whole(tokens))) if token in self._tokens]
        if self._sizes.sum() < COVERED * self._total or not (known or (vector is not None and self._means is not None)):
            return ()
        score = self._prior + sum((self._ratio(token) for token in known), np.zeros(len(self.paths)))
        if vector is not None and self._means is not None:
            score = score + MEANING * (self._means @ vector)
        probability = np.exp((score - score.max()) / TEMPERATURE)
        probability /= probability.sum()
        best = np.argsort(-probability, kind="stable")[:most]
        return tuple(CategoryGuess(self.paths[at], float(probability[at])) for at in best)

    def _ratio(self, token: str) -> Float64:
        counts = np.zeros(len(self.paths))
        for at, count in self._tokens[token].items():
            counts[at] = count
        share = max(counts.sum(), 1.0) / self._total
        ratio: Float64 = np.log((counts + SMOOTHING * share) / (self._sizes + SMOOTHING) / share)
        return ratio

    @classmethod
    def open(cls, folder: Path) -> CategoryModel:
        """The model of a generation. Raises CorruptIndexError."""
        try:
            found = orjson.loads((folder / WORDS).read_bytes())
            tokens = {token: {int(at): n for at, n in counts} for token, counts in found["tokens"].items()}
            sizes = {tuple(path): int(size) for path, size in found["sizes"]}
            means = None
            if (folder / MEANS).exists():
                with (folder / MEANS).open("rb") as opened, np.load(opened, allow_pickle=False) as file:
                    means = file["means"].astype(np.float32)
                if means.ndim != 2 or len(means) != len(sizes):
                    raise ValueError(f"found means of shape {means.shape} for {len(sizes)} categories")
            if not all(0 <= at < len(sizes) for counts in tokens.values() for at in counts):
                raise ValueError("found a word of a category that is not there")
            return cls(sizes, tokens, int(found["total"]), means)
        except (OSError, ValueError, KeyError, TypeError, AttributeError, EOFError, BadZipFile) as error:
            raise CorruptIndexError(f"{folder}: {error}", hint="Index again.") from error


def whole(tokens: Iterable[str]) -> str:
    """A name as one more token: *laptop* is all of the name Laptops, and a part of Laptop Bags.

    >>> whole(["phone", "case"])
    '=case phone'
    """
    return "=" + " ".join(sorted(set(tokens)))


class CategoryBuilder:
    """A part of a generation: counts words and adds up vectors by category."""

    name = "category"

    def __init__(self, analyzer: Analyzer) -> None:
        self._analyzer = analyzer
        self._sizes: Counter[tuple[str, ...]] = Counter()
        self._tokens: defaultdict[str, Counter[tuple[str, ...]]] = defaultdict(Counter)
        self._sums: dict[tuple[str, ...], Float64] = {}
        self._total = 0
        self._names: dict[str, frozenset[str]] = {}

    def add(self, product: Product, indexed: Vectorised) -> None:
        """Count one product."""
        self._total += 1
        if not product.category:
            return
        path = product.category
        self._sizes[path] += 1
        for token in {*indexed.text.get("title", ()), *self._named(product)}:
            self._tokens[token][path] += 1
        if indexed.vector is not None:
            self._sums[path] = self._sums.get(path, np.zeros(len(indexed.vector))) + indexed.vector

    def _named(self, product: Product) -> frozenset[str]:
        """Tokens of the category's names in every language, and each innermost name as a whole."""
        names = (product.category, *(translation.category for translation in product.translations.values()))
        leaves = frozenset(whole(self._read(path[-1])) for path in names if path)
        return leaves.union(*(self._read(name) for path in names for name in path))

    def _read(self, name: str) -> frozenset[str]:
        if name not in self._names:
            self._names[name] = frozenset(token.text for token in outer(self._analyzer.analyze(name).words))
        return self._names[name]

    def write(self, into: Path) -> None:
        """Write the counts and the mean vectors into a folder."""
        paths = sorted(self._sizes, key=lambda path: (-self._sizes[path], path))[:MOST]
        place = {path: at for at, path in enumerate(paths)}
        common = sorted(self._tokens, key=lambda token: (-self._tokens[token].total(), token))[:MOST_TOKENS]
        tokens = {
            token: sorted((place[path], count) for path, count in self._tokens[token].items() if path in place)
            for token in common
        }
        sizes = [[list(path), self._sizes[path]] for path in paths]
        (into / WORDS).write_bytes(orjson.dumps({"sizes": sizes, "tokens": tokens, "total": self._total}))
        if paths and all(path in self._sums for path in paths):
            means = np.stack([self._sums[path] for path in paths])  # [c, d]
            length = np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-9)
            np.savez(into / MEANS, means=(means / length).astype(np.float16))
