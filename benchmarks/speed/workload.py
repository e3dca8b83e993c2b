"""A synthetic shop of any size from a seed, in bounded memory, and queries that shoppers could ask of it.

Texts follow Zipf's law over invented words, half of them words of the product's own category. Vectors resemble text
embeddings: everything leans one way, categories and brands form clusters, and the rest falls off over the dimensions:

    v = u / ‖u‖,   u = ½·m + c[category] + ¼·b[brand] + ¾·Σ_i z_i·(i + 1)^(−½)·r_i / norm,   z ~ N(0, 1), r a rotation

Products are made in chunks, each from its own seed, so that a small catalogue is the beginning of a large one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

CHUNK = 5000
WORDS = 30_000
BRANDS = 200
TREE = (12, 6, 5)  # departments, their sections, their shelves
OWN_WORDS = 60  # words of one shelf
TITLE, DESCRIPTION = 7, 16
COLOURS = ("black", "white", "red", "blue", "green", "silver", "pink", "grey")
SIZES = ("S", "M", "L", "XL", "XXL")
SYLLABLES = [first + last for first in "bdfgklmnprstvz" for last in ("a", "e", "i", "o", "u")]

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Chunk:
    """Products `start` to `start + len(price)`, column by column."""

    start: int
    words: Array  # [n, TITLE + DESCRIPTION], numbers of words
    brand: Array
    shelf: Array
    colour: Array
    size: Array
    price: Array
    rating: Array
    vectors: Array  # float32 [n, dim]


@dataclass(frozen=True)
class Query:
    """What one shopper asks: words and a vector near one product, a price range and perhaps some brands."""

    number: int
    row: int
    text: str
    low: float
    high: float
    brands: tuple[str, ...]


class Catalogue:
    """Synthetic products 0 … n − 1 of a seed.

    >>> chunk = next(Catalogue(10, dim=8).chunks())
    >>> chunk.vectors.shape
    (10, 8)
    """

    def __init__(self, n: int, dim: int = 384, seed: int = 7) -> None:
        self.n, self.dim, self.seed = n, dim, seed

    def chunks(self) -> Iterator[Chunk]:
        """All products in order."""
        for start in range(0, self.n, CHUNK):
            yield self.chunk(start // CHUNK)

    def chunk(self, number: int) -> Chunk:
        """The number-th chunk; the last one is shorter."""
        rng = np.random.default_rng([self.seed, 1, number])
        start = number * CHUNK
        shelf = rng.choice(self._leaves, CHUNK, p=_zipf(self._leaves, 0.5))
        brand = rng.choice(BRANDS, CHUNK, p=_zipf(BRANDS, 0.8))
        common = rng.choice(WORDS, (CHUNK, TITLE + DESCRIPTION), p=self._frequencies)
        own = np.take_along_axis(
            self._shelf_words[shelf], rng.choice(OWN_WORDS, common.shape, p=_zipf(OWN_WORDS, 0.7)), axis=1
        )
        words = np.where(rng.random(common.shape) < 0.5, own, common)
        price = np.round(np.exp(rng.normal(self._levels[shelf], 0.8)), 2) + 1
        rating = rng.integers(2, 11, CHUNK) / 2
        colour, size = rng.integers(0, len(COLOURS), CHUNK), rng.integers(0, len(SIZES), CHUNK)
        columns = (words, brand, shelf, colour, size, price, rating, self._vectors(rng, shelf, brand))
        return Chunk(start, *(column[: max(0, self.n - start)] for column in columns))

    def product(self, chunk: Chunk, place: int) -> dict[str, Any]:
        """One product of a chunk as the feed writes it."""
        words = [self.words[word] for word in chunk.words[place]]
        brand = self.brands[chunk.brand[place]]
        return {
            "row": chunk.start + place,
            "title": " ".join([brand, *words[:TITLE]]),
            "description": " ".join(words[TITLE:]),
            "brand": brand,
            "category": self.path(int(chunk.shelf[place])),
            "colour": COLOURS[chunk.colour[place]],
            "size": SIZES[chunk.size[place]],
            "price": float(chunk.price[place]),
            "rating": float(chunk.rating[place]),
        }

    def path(self, shelf: int) -> list[str]:
        """The shelf with its parents: ["Zeta", "Zeta > Nomu", "Zeta > Nomu > Kile"]."""
        _, sections, shelves = TREE
        steps = (shelf // (sections * shelves), shelf // shelves, shelf)
        names = [self._names[level][step].capitalize() for level, step in enumerate(steps)]
        return [" > ".join(names[: end + 1]) for end in range(len(names))]

    def queries(self, count: int, series: int) -> tuple[list[Query], Array]:
        """Queries and their unit vectors float32[count, dim]; another series asks other things."""
        rng = np.random.default_rng([self.seed, 2, series])
        rows = np.sort(rng.choice(self.n, count, replace=count > self.n))
        queries, vectors, chunk = [], np.empty((count, self.dim), np.float32), None
        for number, row in enumerate(rows.tolist()):
            if chunk is None or row >= chunk.start + CHUNK:
                chunk = self.chunk(row // CHUNK)
            queries.append(self._query(rng, chunk, number, row - chunk.start))
            noise = rng.standard_normal(self.dim) @ self._rotation
            vectors[number] = chunk.vectors[row - chunk.start] + 0.5 * noise
        order = rng.permutation(count)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        asked = [queries[place] for place in order]
        return [Query(number, *_rest(query)) for number, query in enumerate(asked)], vectors[order]

    def _query(self, rng: np.random.Generator, chunk: Chunk, number: int, place: int) -> Query:
        title = [self.words[word] for word in chunk.words[place][:TITLE]]
        count = min(int(rng.choice([1, 2, 3, 4], p=[0.2, 0.35, 0.3, 0.15])), len(set(title)))
        words = rng.choice(list(dict.fromkeys(title)), count, replace=False).tolist()
        price = float(chunk.price[place])
        brand = self.brands[chunk.brand[place]]
        others = rng.choice(self.brands, 4, replace=False).tolist()
        brands = tuple(dict.fromkeys([brand, *others])) if rng.random() < 0.5 else ()
        return Query(number, chunk.start + place, " ".join(words), round(price / 2, 2), round(price * 2, 2), brands)

    # --- what all chunks share -------------------------------------------------------------------------------

    @cached_property
    def words(self) -> list[str]:
        """The vocabulary, commonest first."""
        return _invented(np.random.default_rng([self.seed, 3]), WORDS, 3)

    @cached_property
    def brands(self) -> list[str]:
        """The brands, largest first."""
        return _invented(np.random.default_rng([self.seed, 4]), BRANDS, 4)

    @cached_property
    def _names(self) -> list[list[str]]:
        counts = np.cumprod(TREE).tolist()
        return [_invented(np.random.default_rng([self.seed, 5, level]), n, 2) for level, n in enumerate(counts)]

    @cached_property
    def _leaves(self) -> int:
        return int(np.prod(TREE))

    @cached_property
    def _frequencies(self) -> Array:
        return _zipf(WORDS, 1.0, 10)  # titles have few of the commonest words (Zipf-Mandelbrot)

    @cached_property
    def _shelf_words(self) -> Array:
        rng = np.random.default_rng([self.seed, 6])
        return rng.integers(200, WORDS, (self._leaves, OWN_WORDS))

    @cached_property
    def _levels(self) -> Array:
        return np.random.default_rng([self.seed, 7]).normal(4.5, 0.7, self._leaves)

    @cached_property
    def _rotation(self) -> Array:
        """Directions r_i times their lengths; the mean squared length of z @ rotation is 1."""
        rng = np.random.default_rng([self.seed, 8])
        directions, _ = np.linalg.qr(rng.standard_normal((self.dim, self.dim)))
        spectrum = np.arange(1, self.dim + 1) ** -0.5
        return (spectrum / np.linalg.norm(spectrum))[:, None] * directions

    @cached_property
    def _centres(self) -> tuple[Array, Array, Array]:
        rng = np.random.default_rng([self.seed, 9])
        draw = [rng.standard_normal((n, self.dim)) @ self._rotation for n in (1, self._leaves, BRANDS)]
        return draw[0] / np.linalg.norm(draw[0]), draw[1], draw[2]

    def _vectors(self, rng: np.random.Generator, shelf: Array, brand: Array) -> Array:
        common, shelves, brands = self._centres
        noise = rng.standard_normal((len(shelf), self.dim)) @ self._rotation
        vectors = 0.5 * common + shelves[shelf] + 0.25 * brands[brand] + 0.75 * noise
        return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def _zipf(n: int, exponent: float, shift: int = 0) -> Array:
    weights = (np.arange(1, n + 1) + shift) ** -exponent
    return weights / weights.sum()


def _invented(rng: np.random.Generator, count: int, syllables: int) -> list[str]:
    """Different pronounceable words."""
    found: dict[str, None] = {}
    while len(found) < count:
        found["".join(SYLLABLES[part] for part in rng.integers(0, len(SYLLABLES), syllables))] = None
    return list(found)


def _rest(query: Query) -> tuple[Any, ...]:
    return query.row, query.text, query.low, query.high, query.brands
