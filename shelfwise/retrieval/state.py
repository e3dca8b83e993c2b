"""An open index at one moment. Never changed: a live change makes the next state, searches under way keep theirs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import reduce

import numpy as np

from shelfwise.errors import InputError
from shelfwise.retrieval.base import Change, FacetRequest, IndexedProduct
from shelfwise.retrieval.columns import ColumnStack, Facts
from shelfwise.retrieval.facets import Counts
from shelfwise.retrieval.lexical import Lexicon
from shelfwise.retrieval.masks import mask
from shelfwise.retrieval.overlay import LiveVectors
from shelfwise.retrieval.rows import LiveRows
from shelfwise.types import And, Bool, Filter, Float32

MASKS = 32  # conditions whose rows are remembered, a byte for each row


@dataclass(frozen=True, slots=True)
class State:
    """alive: Bool[n], False for rows of deleted or replaced products; count: how many are alive.

    counted: facets of the whole catalogue, masks: rows that pass a filter; both filled in as they are asked for.
    """

    lexicon: Lexicon
    columns: ColumnStack
    rows: LiveRows
    vectors: LiveVectors
    alive: Bool
    count: int
    counted: dict[FacetRequest, Counts] = field(default_factory=dict)
    masks: dict[Filter, Bool] = field(default_factory=dict)

    def allowed(self, filter: Filter | None) -> Bool:
        """The living rows that pass a resolved filter; not to be written to."""
        return self.alive if filter is None else self.alive & self._mask(filter)

    def unless_all(self, allowed: Bool) -> Bool | None:
        """The mask, or None when nothing is left out."""
        return None if self.count == self.columns.n and allowed is self.alive else allowed

    def _mask(self, filter: Filter) -> Bool:
        """Conditions that are joined are kept apart: a search and its facets ask for them in several combinations."""
        if isinstance(filter, And):
            return reduce(np.logical_and, map(self._mask, filter.filters), self.alive)
        found = self.masks.get(filter)
        if found is None:
            found = mask(filter, self.columns, self.rows.row)
            if len(self.masks) >= MASKS:
                self.masks.clear()
            self.masks[filter] = found
        return found


@dataclass(frozen=True, slots=True)
class Draft:
    """What a batch of changes comes to: documents to index by row, and the parts of the next state."""

    documents: Mapping[int, IndexedProduct]
    gone: tuple[str, ...]  # ids whose present document must go
    columns: ColumnStack
    rows: LiveRows
    vectors: LiveVectors
    alive: Bool
    count: int

    def state(self, lexicon: Lexicon) -> State:
        """The next state, once the text index has the documents."""
        return State(lexicon, self.columns, self.rows, self.vectors, self.alive, self.count)


def draft(state: State, changes: Mapping[str, Change]) -> Draft:
    """The next state but for its text index. Offers keep their row and vector; upserts get a new row."""
    moved, ids, payloads = dict(state.rows.moved), dict(state.rows.ids), dict(state.rows.payloads)
    documents: dict[int, IndexedProduct] = {}
    gone: list[str] = []
    dead: list[int] = []
    vectors: list[Float32 | None] = []
    n, count = state.columns.n, state.count
    for id, change in changes.items():
        row = state.rows.row(id)
        if row is not None:
            gone.append(id)
        if change.product is None:
            if row is not None:
                dead.append(row)
                moved[id], count = None, count - 1
            continue
        if row is None or change.kind == "upsert":
            count += row is None
            if row is not None:
                dead.append(row)
            row = n + len(vectors)
            vectors.append(change.product.vector)
            moved[id], ids[row] = row, id
        documents[row] = change.product
        payloads[row] = change.product.payload
    alive = np.concatenate([state.alive, np.ones(len(vectors), bool)])
    alive[dead] = False
    facts: dict[int, Facts] = {row: (product.keywords, product.numbers) for row, product in documents.items()}
    return Draft(
        documents=documents,
        gone=tuple(gone),
        columns=state.columns.changed(facts, n + len(vectors)),
        rows=LiveRows(state.rows.base, moved, ids, payloads),
        vectors=state.vectors.appended(vectors) if vectors else state.vectors,
        alive=alive,
        count=count,
    )


def last_of_each(changes: tuple[Change, ...]) -> dict[str, Change]:
    """One change for each id: the last; an offer after an upsert in the same batch stays an upsert with its vector.

    Raises InputError for a change without its product, or with another product's.
    """
    last: dict[str, Change] = {}
    for change in changes:
        product = None if change.kind == "delete" else change.product
        if change.kind != "delete" and (product is None or product.id != change.id):
            found = "none" if product is None else repr(product.id)
            raise InputError(f"change {change.kind} of {change.id!r}: found product {found}, expected its own.")
        before = last.get(change.id)
        kind = change.kind
        if before is not None and before.kind != "offer" and kind == "offer" and product is not None:
            vector = before.product.vector if before.product is not None else None
            product = IndexedProduct(
                product.id, product.text, product.keywords, product.numbers,
                product.vector if vector is None else vector, product.payload,
            )  # fmt: skip
            kind = "upsert"
        last[change.id] = Change(kind, change.id, product)
    return last
