"""What single queries say of a few rows, such as those of a page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from tantivy import Occur, Query

from shelfwise.retrieval.lexical import Leaf, Lexicon
from shelfwise.retrieval.schema import ROW
from shelfwise.types import Bool, Float32, Int32

BITS: Final = 24  # whole numbers of so many bits are exact in a score, which is a single-precision number


class RowScores:
    """Scores and matches of the same few rows by one query after another."""

    def __init__(self, lexicon: Lexicon, rows: Int32) -> None:
        self.lexicon, self.rows = lexicon, rows
        self._none = Query.const_score_query(lexicon.rows_query(rows), 0.0)  # they match, and score nothing
        self._place = {row: place for place, row in enumerate(rows.tolist())}

    def of(self, leaf: Leaf) -> Float32:
        """The leaf's score of each row; 0 where it does not match."""
        if leaf.parts:
            return self._found(self._nested(leaf.parts))
        return self._found(Query.boolean_query([(Occur.Must, leaf.query), (Occur.Must, self._none)]))

    def having(self, queries: Sequence[Query]) -> Bool:
        """Which queries match which rows, Bool[queries, rows].

        Query i adds 2^i to the score of what it matches.
        """
        out = np.empty((len(queries), len(self.rows)), bool)
        for start in range(0, len(queries), BITS):
            some = queries[start : start + BITS]
            flags = [Query.const_score_query(query, 2.0**bit) for bit, query in enumerate(some)]
            bits = self._found(self._nested(flags)).astype(np.int64)
            out[start : start + BITS] = bits >> np.arange(len(some))[:, None] & 1
        return out

    def _nested(self, queries: Sequence[Query]) -> Query:
        """The rows, each with the sum of the queries' scores.

        Each query is an optional clause of its own around those before it: so the rows lead and the query skips to
        them, while clauses side by side would all be read to their ends.
        """
        nested = self._none
        for query in queries:
            nested = Query.boolean_query([(Occur.Must, nested), (Occur.Should, query)])
        return nested

    def _found(self, query: Query) -> Float32:
        searcher = self.lexicon.searcher
        hits = searcher.search(query, max(len(self.rows), 1), count=False).hits
        out = np.zeros(len(self.rows), np.float32)
        for (score, _), row in zip(
            hits, searcher.fast_field_values(ROW, [address for _, address in hits]), strict=True
        ):
            out[self._place[row]] = score
        return out
