"""bm25s: BM25 scores precomputed into a sparse matrix, read by numba; words only, no filters, no updates."""

from __future__ import annotations

from array import array
from pathlib import Path
from typing import Any

import bm25s

from benchmarks.peers.serving import LEXICAL, TOP, Adapter, Answer, Feed, Query, serve


class Bm25s(Adapter):
    version = bm25s.__version__
    setup = "backend numba, title and description as one text, no stemming, no stop words; corpus kept beside it"
    tasks = dict.fromkeys((LEXICAL,), "native")

    def build(self, feed: Feed, into: Path) -> None:
        corpus = [
            {"row": p["row"], "title": p["title"], "brand": p["brand"], "price": p["price"], "text": p["description"]}
            for batch in feed.products()
            for p in batch
        ]
        tokens = bm25s.tokenize([f"{p['title']} {p.pop('text')}" for p in corpus], stopwords=None, show_progress=False)
        index = bm25s.BM25(backend="numba")
        index.index(tokens, show_progress=False)
        index.save(str(into), corpus=corpus)

    def open(self, folder: Path) -> None:
        self._index = bm25s.BM25.load(str(folder), load_corpus=True, mmap=False)
        self._index.backend = "numba"
        self._index.activate_numba_scorer()

    def vector(self, numbers: array[float]) -> Any:
        return None

    def search(self, task: str, query: Query, vector: Any, knob: int) -> Answer:
        tokens = [query.text.split()]
        found = self._index.retrieve(tokens, k=TOP, n_threads=0, show_progress=False)
        return Answer([int(product["row"]) for product in found.documents[0]])


if __name__ == "__main__":
    serve(Bm25s())
