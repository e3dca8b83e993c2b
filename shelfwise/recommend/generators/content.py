"""Products like those touched, by what they are: it works for products that nobody has touched yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Self

import numpy as np
from scipy import sparse

from shelfwise.recommend.base import CatalogTable
from shelfwise.recommend.generators.neighbours import strongest
from shelfwise.recommend.interactions import Interactions
from shelfwise.retrieval.base import CATEGORY_SEPARATOR
from shelfwise.types import Float32


def labelled(labels: Mapping[str, Sequence[int]], products: Sequence[str]) -> sparse.csr_matrix:
    """Float32[m, labels], sparse unit rows: which labels (brand, categories) a product has, rare ones heavier.

    Weights are log(m / n_label). A product without labels has an empty row.
    """
    found = [labels.get(product, ()) for product in products]
    rows = np.repeat(np.arange(len(found)), [len(each) for each in found])
    columns = np.array([label for each in found for label in each], np.int64)
    names, places = np.unique(columns, return_inverse=True)
    counts = np.bincount(places, minlength=len(names))
    values = np.log(len(found) / np.maximum(counts, 1))[places]
    return unit_rows(sparse.csr_matrix((values, (rows, places)), shape=(len(found), len(names))))


def catalog_labels(catalog: CatalogTable) -> sparse.csr_matrix:
    """The features of `labelled` for a catalogue: the brand, the category and every category above it."""
    codes: dict[tuple[str, str], int] = {}

    def code(kind: str, name: str) -> int:
        return codes.setdefault((kind, name), len(codes))

    above = []
    for path in catalog.categories:
        steps = path.split(CATEGORY_SEPARATOR)
        above.append([code("category", CATEGORY_SEPARATOR.join(steps[: end + 1])) for end in range(len(steps))])
    brands = [code("brand", name) for name in catalog.brands]
    found = {
        product: [*(above[category] if category >= 0 else ()), *([brands[brand]] if brand >= 0 else ())]
        for product, category, brand in zip(catalog.ids, catalog.category.tolist(), catalog.brand.tolist(), strict=True)
    }
    return labelled(found, catalog.ids)


def unit_rows(matrix: sparse.csr_matrix) -> sparse.csr_matrix:
    """Rows of length 1; empty rows stay empty."""
    lengths = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    return (sparse.diags(1 / np.where(lengths > 0, lengths, 1.0)) @ matrix).astype(np.float32).tocsr()


def nearest_by_labels(features: sparse.csr_matrix, most: int, block: int = 512) -> sparse.csr_matrix:
    """Float32[m, m], sparse: the cosine of each product's `most` nearest others."""
    other, parts = features.T.tocsr(), []
    for start in range(0, features.shape[0], block):
        cosines = (features[start : start + block] @ other).tocsr()
        rows = np.repeat(np.arange(cosines.shape[0]), np.diff(cosines.indptr))
        cosines.data[rows + start == cosines.indices] = 0
        parts.append(strongest(cosines, most))
    return sparse.vstack(parts).tocsr().astype(np.float32)


class LabelContent:
    """Products whose labels are those of the history: the cosine of decayed sums of unit rows, over all products.

    For measuring; a shop's `Similar` keeps the nearest of each product instead. features: Float32[m, labels], sparse.
    """

    name: str = "content"
    decay = 0.8

    def __init__(self, features: sparse.csr_matrix) -> None:
        self.features = features

    def learn(self, train: Interactions) -> Self:
        """Nothing is learnt from shoppers."""
        return self

    def scores(self, histories: Interactions) -> Float32:
        """Float32[u, m]; see recommend/offline/base.py."""
        found: Float32 = ((histories.matrix(self.decay) @ self.features) @ self.features.T).toarray()
        return found
