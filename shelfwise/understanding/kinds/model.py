"""What kind of thing each product is: from its title, or else from which attributes it has.

A first pass over the catalogue reads the head of every title (heads.py) and counts, for each kind so named, the keys
of the attributes that its products have. A product whose title names no kind (`HP 24uh 61 cm (24") Full HD LED`) is
then of the kind k that its keys speak for, by naive Bayes over the keys F that it has:

    score(k) = ln n_k / n + Σ over f in F of ln ( (n_kf + 2 p_f) / (n_k + 2) / p_f )

n_k products named k, n_kf of them with key f, p_f the share of all named products with f.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

import numpy as np
import orjson

from shelfwise.errors import CorruptIndexError
from shelfwise.types import Float32, Product
from shelfwise.understanding.kinds.heads import Head, head
from shelfwise.understanding.kinds.lexicon import Lexicon, default_lexicon

FILE: Final = "kinds.json"
MOST_KEYS: Final = 4_000  # the most frequent ones are kept
LEAST_NAMED: Final = 3  # products that name a kind before its keys count
LEAST_KEYS: Final = 4  # known keys of a product before they say what it is
LIKELY: Final = 0.9  # posterior from which a kind is believed
EVIDENCE: Final = 10.0  # score from which it is


class Titles:
    """Heads of titles, each read once where `kept`: an index asks for them in both of its passes."""

    def __init__(self, lexicon: Lexicon, kept: bool = False) -> None:
        self._lexicon = lexicon
        self._known: dict[int, Head | None] | None = {} if kept else None  # by hash: titles would take more memory

    def __call__(self, product: Product) -> Head | None:
        """The head of a product's title."""
        if self._known is None:
            return head_of(product, self._lexicon)
        key = hash((product.brand, *_titles(product)))
        if key not in self._known:
            self._known[key] = head_of(product, self._lexicon)
        return self._known[key]


class KindCounts:
    """Counts of the first pass."""

    def __init__(self, lexicon: Lexicon | None = None) -> None:
        self._lexicon = lexicon or default_lexicon()
        self._titles = Titles(self._lexicon, kept=True)
        self.named: Counter[str] = Counter()
        self.keys: defaultdict[str, Counter[str]] = defaultdict(Counter)  # key → kind → products

    def watch(self, products: Iterable[Product]) -> Iterator[Product]:
        """The same products; each is counted as it passes."""
        for product in products:
            self.add(product)
            yield product

    def add(self, product: Product) -> None:
        """Count one product."""
        found = self._titles(product)
        if found is not None and found.sure == 1 and len(product.attributes) >= LEAST_KEYS:
            self.named[found.kind] += 1
            for key in product.attributes:
                self.keys[key][found.kind] += 1

    def model(self) -> KindModel:
        """What the counts say; it knows the titles that were counted."""
        kinds = sorted(kind for kind, count in self.named.items() if count >= LEAST_NAMED)
        total = {key: sum(counts.values()) for key, counts in self.keys.items()}
        keys = sorted(total, key=lambda key: (-total[key], key))[:MOST_KEYS]
        return KindModel(
            {kind: self.named[kind] for kind in kinds},
            {key: {kind: count for kind, count in self.keys[key].items() if kind in set(kinds)} for key in keys},
            self._lexicon,
            self._titles,
        )


class KindModel:
    """Product → the kind of thing that it is."""

    name = "kinds"

    def __init__(
        self,
        named: Mapping[str, int] | None = None,
        keys: Mapping[str, Mapping[str, int]] | None = None,
        lexicon: Lexicon | None = None,
        titles: Titles | None = None,
    ) -> None:
        self.lexicon = lexicon or default_lexicon()
        self._titles = titles or Titles(self.lexicon)
        self._named, self._keys = dict(named or {}), {key: dict(counts) for key, counts in (keys or {}).items()}
        self._kinds = list(self._named)
        self._rows = {key: row for row, key in enumerate(self._keys)}
        self._base, self._ratios = self._fitted()

    def _fitted(self) -> tuple[Float32, Float32]:
        """ln prior [k] and ln ratios [keys, k]."""
        n = np.array([self._named[kind] for kind in self._kinds], np.float32)  # [k]
        column = {kind: at for at, kind in enumerate(self._kinds)}
        counts = np.zeros((len(self._keys), len(self._kinds)), np.float32)  # [keys, k]
        for row, found in enumerate(self._keys.values()):
            for kind, count in found.items():
                counts[row, column[kind]] = count
        if not counts.size:
            return np.zeros(0, np.float32), counts
        share = np.maximum(counts.sum(axis=1, keepdims=True), 1) / n.sum()  # [keys, 1]
        ratios = np.log((counts + 2 * share) / (n + 2) / share)
        return np.log(n / n.sum()).astype(np.float32), ratios.astype(np.float32)

    def __call__(self, product: Product) -> Head | None:
        """The product's kind, what it is made for, and how sure that is; None where nothing says it."""
        found = self._titles(product)
        if found is not None:
            return found
        kind = self.by_attributes(product)
        return None if kind is None else Head(kind, (), 0.8)

    def by_attributes(self, product: Product) -> str | None:
        """The kind that the product's attribute keys speak for."""
        rows = [self._rows[key] for key in product.attributes if key in self._rows]
        if len(rows) < LEAST_KEYS or not self._kinds:
            return None
        scores = self._base + self._ratios[rows].sum(axis=0)  # [k]
        best = int(scores.argmax())
        posterior = 1 / float(np.exp(scores - scores[best]).sum())
        return self._kinds[best] if posterior >= LIKELY and scores[best] >= EVIDENCE else None

    def tokens(self, product: Product) -> tuple[str, ...]:
        """Tokens for the index: the kind, the more general ones, and each with what it is made for."""
        found = self(product)
        return () if found is None else tokens(found, self.lexicon)

    def add(self, product: Product, indexed: object) -> None:
        """Products were counted before."""

    def write(self, into: Path) -> None:
        """Write the counts."""
        (into / FILE).write_bytes(orjson.dumps({"named": self._named, "keys": self._keys}))

    @classmethod
    def open(cls, folder: Path, lexicon: Lexicon | None = None) -> KindModel:
        """The model of a generation. Raises CorruptIndexError."""
        file = folder / FILE
        try:
            found = orjson.loads(file.read_bytes())
            return cls(found["named"], found["keys"], lexicon)
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise CorruptIndexError(f"{file}: {error}", hint="Index again.") from error


def head_of(product: Product, lexicon: Lexicon) -> Head | None:
    """The head of a product's title, or else of one of its translations. A brand names no kind (Cooler Master)."""
    for title in _titles(product):
        found = head(_unbranded(title, product.brand), lexicon) if title else None
        if found is not None:
            return found
    return None


def _titles(product: Product) -> tuple[str, ...]:
    return (product.title, *(translation.title for translation in product.translations.values()))


def _unbranded(title: str, brand: str | None) -> str:
    return title[len(brand) :] if brand and title.casefold().startswith(brand.casefold()) else title


def tokens(found: Head, lexicon: Lexicon) -> tuple[str, ...]:
    """What stands in the index for a kind: itself, more general ones, both with what it is made for, and that alone.

    >>> tokens(Head("case", ("phone",)), default_lexicon())
    ('case', 'phone+case', 'phone+')
    """
    kinds = lexicon.all(found.kind)
    fits = dict.fromkeys(general for device in found.fits for general in lexicon.all(device))
    return (*kinds, *(f"{device}+{kind}" for kind in kinds for device in fits), *map(made_for, fits))


def made_for(device: str) -> str:
    """The token of all that is made for a device."""
    return f"{device}+"
