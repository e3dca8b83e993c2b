"""The embedded engine: words, filters and facets in tantivy, vectors in faiss, columns in NumPy, in one folder."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
import orjson
import tantivy

from shelfwise.errors import CorruptIndexError, NotFoundError
from shelfwise.retrieval.base import Change, IndexedProduct, Matches, MoreFacets, Plan
from shelfwise.retrieval.columns import Columns, ColumnsBuilder, ColumnStack
from shelfwise.retrieval.dense import VectorIndex, VectorWriter
from shelfwise.retrieval.filters import Fields, resolve
from shelfwise.retrieval.lexical import Lexicon
from shelfwise.retrieval.overlay import LiveVectors, Overlay
from shelfwise.retrieval.rows import LiveRows, Rows, RowsWriter
from shelfwise.retrieval.schema import build_schema, index_document
from shelfwise.retrieval.searching import Search
from shelfwise.retrieval.state import State, draft, last_of_each
from shelfwise.storage import storage_errors
from shelfwise.types import Filter, Float32

VERSION = 1
HEAP = 256_000_000


class EmbeddedEngine:
    """Builds and opens indexes of one set of text fields. The same products give the same answers.

    text_fields: every field of `IndexedProduct.text`; their tokens must not contain white space.
    """

    name = "embedded"

    def __init__(self, text_fields: Sequence[str], seed: int = 0) -> None:
        self._text_fields, self._seed = tuple(text_fields), seed

    def build(self, products: Iterable[IndexedProduct], into: Path) -> int:
        """Write an index of the products into a folder, and say how many there were.

        Raises InputError for an id that comes twice, StorageError when the disk refuses.
        """
        with storage_errors(str(into)):
            return self._build(products, into)

    def _build(self, products: Iterable[IndexedProduct], into: Path) -> int:
        into.mkdir(parents=True, exist_ok=True)
        with closing(RowsWriter(into)) as rows, closing(VectorWriter(into, self._seed)) as vectors:
            columns = ColumnsBuilder()
            self._write_text(self._filed(products, rows, vectors, columns), into / "text")
            rows.finish()
            columns.finish().save(into)
            vectors.finish()
        about = {"version": VERSION, "products": columns.n, "dim": vectors.dim, "text_fields": self._text_fields}
        (into / "engine.json").write_bytes(orjson.dumps(about))
        return columns.n

    def _filed(
        self, products: Iterable[IndexedProduct], rows: RowsWriter, vectors: VectorWriter, columns: ColumnsBuilder
    ) -> Iterator[IndexedProduct]:
        for product in products:
            rows.add(product.id, product.payload)
            vectors.add(product.vector)
            columns.add(product.keywords, product.numbers)
            yield product

    def _write_text(self, products: Iterable[IndexedProduct], folder: Path) -> None:
        folder.mkdir()
        writer = tantivy.Index(build_schema(self._text_fields), str(folder)).writer(HEAP, 1)
        try:
            for row, product in enumerate(products):
                document = index_document(product.id, row, product.text, product.keywords, product.numbers)
                writer.add_json(orjson.dumps(document).decode())
            writer.commit()
            writer.wait_merging_threads()
        finally:
            del writer  # joins its threads, so that none writes into a folder that is being removed

    def open(self, folder: Path, scratch: Path | None = None) -> EmbeddedReader:
        """Open an index. Raises CorruptIndexError when files are missing or of another version."""
        try:
            about = orjson.loads((folder / "engine.json").read_bytes())
            if about["version"] != VERSION:
                raise CorruptIndexError(f"{folder}: index version {about['version']}, expected {VERSION}.")
            vectors = VectorIndex(folder) if about["dim"] else None
            return EmbeddedReader(folder, scratch or folder.parent, tuple(about["text_fields"]), vectors)
        except (OSError, ValueError, KeyError, RuntimeError) as error:
            raise CorruptIndexError(f"{folder}: the index cannot be opened: {error}", hint="Index again.") from error


class EmbeddedReader:
    """An open index with its live changes. Any number of threads may search while one applies changes."""

    def __init__(self, folder: Path, scratch: Path, text_fields: tuple[str, ...], vectors: VectorIndex | None) -> None:
        self._text_fields = text_fields
        columns, rows = ColumnStack.on(Columns.open(folder)), LiveRows(Rows(folder))
        self._overlay = Overlay(folder / "text", scratch)
        self._applying = threading.Lock()
        n = columns.n
        lexicon = Lexicon(self._overlay.index, text_fields)
        self._state = State(lexicon, columns, rows, LiveVectors.on(vectors, n), np.ones(n, bool), n)

    @property
    def fields(self) -> Fields:
        """The fields that filters, facets and sorting may name."""
        return self._state.columns.fields

    @property
    def dim(self) -> int:
        """Numbers in a vector; 0 when the index has none."""
        return self._state.vectors.dim

    def search(self, plan: Plan, more: MoreFacets | None = None) -> Matches:
        """The page of products that answers the plan. Raises InputError for a plan that cannot be answered."""
        return Search(self._state, plan).run(more)

    def apply(self, changes: Sequence[Change]) -> None:
        """Make live changes; the next search sees all of them or, when this raises, none.

        Raises InputError for a change without its product or with a vector of another size, StorageError when the
        disk refuses.
        """
        last = last_of_each(tuple(changes))
        with self._applying:
            state = self._state
            next_ = draft(state, last)
            documents = (
                index_document(product.id, row, product.text, product.keywords, product.numbers)
                for row, product in next_.documents.items()
            )
            if next_.gone or next_.documents:
                self._overlay.write(next_.gone, documents)
                self._state = next_.state(Lexicon(self._overlay.index, self._text_fields))

    def similar(self, id: str, limit: int, filter: Filter | None = None) -> Matches:
        """The products nearest to a product, itself left out. Raises NotFoundError for an unknown id."""
        state = self._state
        row = state.rows.row(id)
        if row is None:
            raise NotFoundError(f"No product has the id {id!r}.")
        vector = state.vectors.vector(row)
        if vector is None:
            return Matches((), 0, (), {})
        allowed = state.allowed(None if filter is None else resolve(filter, state.columns.fields)).copy()
        allowed[row] = False
        return Search(state, Plan(vector=vector, limit=limit, candidates=max(limit, 1)), allowed).run()

    def vector(self, id: str) -> Float32 | None:
        """A product's vector, or None when there is no such product or it has none."""
        state = self._state
        row = state.rows.row(id)
        return None if row is None else state.vectors.vector(row)

    def document_frequency(self, group: str, token: str) -> int:
        """How many products have the token, in that field of the group ("words", "codes", …) where most have it."""
        lexicon = self._state.lexicon
        fields = [field for field in self._text_fields if group in (field, group_of(field))]
        return max((lexicon.frequency(field, token) for field in fields), default=0)

    def __len__(self) -> int:
        return self._state.count

    def close(self) -> None:
        """Remove what the reader kept on disk. Searches under way end undisturbed."""
        with self._applying:
            self._overlay.close()


def group_of(field: str) -> str:
    """The group of a text field, by its name."""
    if field.endswith("_grams"):
        return "grams"
    if field.endswith("_characters"):
        return "characters"
    return field if field in ("codes", "kinds") else "words"
