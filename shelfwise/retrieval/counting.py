"""Facets of one search: which match set each request is counted over, and the counting.

A facet leaves out the filter on its own field, so that a shopper sees what else could be chosen. The match sets of such
facets are subsets of one wider set: what matches without the filters of all these fields. That set is searched once, by
words and by vector, and each facet takes the part that passes its own filter. Its dense candidates are so those of the
wide search that pass, together with all that the search itself found; counts of chosen values agree with its total.

Few matches are counted from the columns, many by the text index; both come to the same.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import itemgetter

import numpy as np
from tantivy import Query

from shelfwise.retrieval.base import FacetRequest
from shelfwise.retrieval.facets import Counts, count_in_columns, make_facets, selected_values
from shelfwise.retrieval.facets_index import count_in_index
from shelfwise.retrieval.filter_query import either, filter_query
from shelfwise.retrieval.filters import Fields, conditions, field_of, without_field
from shelfwise.retrieval.lexical import Lexicon, both
from shelfwise.retrieval.schema import ROW
from shelfwise.retrieval.state import State
from shelfwise.types import Facet, Filter, Float32, Int32

MEMO = 100  # facets of the whole catalogue that are remembered


@dataclass(frozen=True, slots=True)
class MatchSet:
    """What matches under a filter. rows: all that the text matches, None when that is too much to list; near: others
    that belong to the answer."""

    filter: Filter | None
    rows: Int32 | None
    near: Int32


@dataclass(frozen=True, slots=True)
class Counting:
    """Counts facets over what a search found.

    wide: a wider filter and all that the text matches under it, when that is known already.
    query: what the text matches, without extras to its score; None for a search without words.
    near: the dense candidates under another filter. most: text matches that are listed at most.
    """

    state: State
    fields: Fields
    found: MatchSet
    wide: tuple[Filter | None, Int32] | None
    query: Callable[[], Query | None]
    near: Callable[[Filter | None], Int32]
    most: int

    def facets(self, asked: Sequence[FacetRequest]) -> list[Facet]:
        """A facet for each request; those that leave out the same conditions share a match set."""
        filtered = {field_of(condition) for condition in conditions(self.found.filter)}
        groups: dict[str, list[FacetRequest]] = {}
        for request in dict.fromkeys(asked):
            own = request.exclude_own and request.field in filtered
            groups.setdefault(request.field if own else "", []).append(request)
        wide = self._wide([field for field in groups if field])
        counted: dict[FacetRequest, Facet] = {}
        for field, requests in groups.items():
            counts = self._counts(requests, self._without(field, wide) if field else self.found)
            chosen = selected_values(self.found.filter, requests)
            counted.update(zip(requests, make_facets(requests, counts, chosen), strict=True))
        return [counted[request] for request in asked]

    def _wide(self, fields: Sequence[str]) -> MatchSet:
        """What matches without the filters of all these fields."""
        if not fields:
            return self.found
        filter = reduce(without_field, fields, self.found.filter)
        return MatchSet(filter, self._rows(filter), self.near(filter))

    def _rows(self, filter: Filter | None) -> Int32 | None:
        if self.wide is not None:
            rows = self.wide[1]
            return rows if filter == self.wide[0] else rows[self.state.allowed(filter)[rows]]
        query = self.query()
        if query is None:
            return np.empty(0, np.int32)
        silent = Query.const_score_query(self._filtered(query, filter), 0.0)
        found = listed(self.state.lexicon, silent, self.most)
        return None if found is None else found[0]

    def _without(self, field: str, wide: MatchSet) -> MatchSet:
        """What matches without the filter of one field."""
        filter, rows, near = without_field(self.found.filter, field), wide.rows, wide.near
        if filter != wide.filter:
            allowed = self.state.allowed(filter)
            near = near[allowed[near]]
            rows = None if rows is None else rows[allowed[rows]]
        return MatchSet(filter, rows, np.union1d(near, self.found.near))

    def _filtered(self, query: Query, filter: Filter | None) -> Query:
        if filter is None:
            return query
        return both(query, filter_query(filter, self.state.lexicon.index, self.fields))

    def _counts(self, requests: Sequence[FacetRequest], over: MatchSet) -> list[Counts]:
        state = self.state
        if over.rows is not None:
            members = np.zeros(state.columns.n, bool)
            members[over.rows] = members[over.near] = True
            rows = np.flatnonzero(members).astype(np.int32)
            return count_in_columns(state.columns, rows, requests, self.fields)
        query = self.query()
        queries = [] if query is None else [self._filtered(query, over.filter)]
        queries += [state.lexicon.rows_query(over.near)] if len(over.near) else []
        chosen = selected_values(self.found.filter, requests)
        return count_in_index(state.lexicon, either(queries), requests, self.fields, chosen)


def listed(lexicon: Lexicon, query: Query, most: int) -> tuple[Int32, Float32] | None:
    """All rows that a query matches with their scores, best first; None when there are more than `most`."""
    result = lexicon.searcher.search(query, max(most, 1))
    if int(result.count) > most:  # type: ignore[attr-defined]
        return None
    hits = result.hits
    rows = lexicon.searcher.fast_field_values(ROW, [address for _, address in hits])
    return np.array(rows, np.int32), np.fromiter(map(itemgetter(0), hits), np.float32, len(hits))


def browsed(state: State, fields: Fields, filter: Filter | None, asked: Sequence[FacetRequest]) -> list[Facet]:
    """Facets of a search without words and vector."""
    if filter is None:
        return make_facets(asked, _of_everything(state, fields, asked), {})
    none = np.empty(0, np.int32)

    def rows(filter: Filter | None) -> Int32:
        return np.flatnonzero(state.allowed(filter)).astype(np.int32)

    found = MatchSet(filter, none, rows(filter))
    return Counting(state, fields, found, None, lambda: None, rows, 0).facets(asked)


def _of_everything(state: State, fields: Fields, asked: Sequence[FacetRequest]) -> list[Counts]:
    """Counts over the whole catalogue, the one match set that is large and asked for again and again."""
    new = [request for request in dict.fromkeys(asked) if request not in state.counted]
    if new and len(state.counted) < MEMO:
        counts = count_in_index(state.lexicon, Query.all_query(), new, fields, {})
        state.counted.update(zip(new, counts, strict=True))
    if all(request in state.counted for request in asked):
        return [state.counted[request] for request in asked]
    return count_in_index(state.lexicon, Query.all_query(), asked, fields, {})
