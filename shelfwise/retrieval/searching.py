"""One search over one state of the index, from plan to matches.

The ranking of a plan is one fixed order, whatever page is asked for: first the candidates of both sources by fused
score, then whatever else the text matches, by lexical score.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property

import numpy as np
from tantivy import Query

from shelfwise.errors import InputError
from shelfwise.retrieval.base import FacetRequest, Match, Matches, MoreFacets, Plan
from shelfwise.retrieval.explain import explain
from shelfwise.retrieval.facets import Counts, check_facets, count_in_columns, make_facets, selected_values
from shelfwise.retrieval.facets_index import count_in_index
from shelfwise.retrieval.feedback import feedback
from shelfwise.retrieval.filter_query import either, filter_query
from shelfwise.retrieval.filters import conditions, field_of, resolve, without_field
from shelfwise.retrieval.fusion import parts
from shelfwise.retrieval.lexical import LexicalPlan, both
from shelfwise.retrieval.ranked import Ranked, joined, no_parts
from shelfwise.retrieval.state import State
from shelfwise.types import Bool, Contribution, Facet, Filter, Float32, Int32, Sort

KNOWN = 1000  # lexical scores read at once; when no more products match, every candidate's score is known
MEMO = 100  # facets of the whole catalogue that are remembered
MAX_OFFSET = 100_000
MAX_LIMIT = 1000
SORTS: dict[Sort, tuple[str, float]] = {
    "price": ("price", 1.0),
    "-price": ("price", -1.0),
    "-rating": ("rating", -1.0),
    "-newest": ("released", -1.0),
}


class Search:
    """Answers one plan, over the rows of `allowed` when these are given in place of a filter.

    Raises InputError for a plan that cannot be answered.
    """

    def __init__(self, state: State, plan: Plan, allowed: Bool | None = None) -> None:
        if not 0 <= plan.offset <= MAX_OFFSET or not 0 <= plan.limit <= MAX_LIMIT:
            raise InputError(f"Page {plan.offset}+{plan.limit}: expected at most {MAX_OFFSET}+{MAX_LIMIT}.")
        self.state, self.plan, self._given = state, plan, allowed
        self.fields = state.columns.fields
        self.filter = None if plan.filter is None else resolve(plan.filter, self.fields)
        self.facets = check_facets(plan.facets, self.fields)
        self.vector = self._checked(plan.vector)
        self.depth = max(plan.candidates, 1)
        self.took: dict[str, float] = {}

    def _checked(self, vector: Float32 | None) -> Float32 | None:
        dim = self.state.vectors.dim
        if vector is None or not dim:
            return None
        if vector.shape != (dim,) or not np.isfinite(vector).all():
            raise InputError(f"A query vector of shape {vector.shape}, expected ({dim},) of finite numbers.")
        return vector

    @contextmanager
    def timed(self, stage: str) -> Iterator[None]:
        """Adds the time spent inside to the stage's milliseconds."""
        start = time.perf_counter()
        yield
        self.took[stage] = self.took.get(stage, 0.0) + 1000 * (time.perf_counter() - start)

    def run(self, more: MoreFacets | None = None) -> Matches:
        """The page of matches, the total and the facets: the plan's, then those that `more` asks for."""
        candidates = self._candidates()
        ordered = self._page(candidates)
        why = [()] * len(ordered.rows) if not self.plan.explain else self._explain(ordered)
        with self.timed("payload"):
            items = tuple(self._match(ordered, place, why[place]) for place in range(len(ordered.rows)))
        asked = self.facets if more is None else (*self.facets, *check_facets(more(items), self.fields))
        with self.timed("facets"):
            facets = tuple(self._counted(asked))
        return Matches(items, self.total, facets, self.took)

    # --- candidates ------------------------------------------------------------------------------------------

    @cached_property
    def lexical(self) -> LexicalPlan | None:
        """The text clause, or None when there is nothing to read."""
        clause = self.plan.text
        return self.state.lexicon.plan(clause) if clause is not None and clause.slots else None

    @cached_property
    def allowed(self) -> Bool:
        """The rows that pass the filter."""
        if self._given is not None:
            return self._given
        with self.timed("filter"):
            return self.state.allowed(self.filter)

    def _filtered(self, query: Query, filter: Filter | None) -> Query:
        if filter is None:
            return query
        return both(query, filter_query(filter, self.state.lexicon.index, self.fields))

    @cached_property
    def _text(self) -> tuple[Int32, Float32, int]:
        """What the text finds, as deep as candidates and the page need; and how many match in all."""
        if self.lexical is None:
            return np.empty(0, np.int32), np.empty(0, np.float32), 0
        with self.timed("lexical"):
            depth = max(KNOWN, self.depth + self.plan.offset + self.plan.limit)
            return self.state.lexicon.find(self._filtered(self.lexical.query, self.filter), depth)

    @cached_property
    def _near(self) -> Int32:
        """The dense candidates."""
        if self.vector is None:
            return np.empty(0, np.int32)
        everything = self.filter is None and self._given is None and self.state.count == self.state.columns.n
        allowed = None if everything else self.allowed
        with self.timed("dense"):
            return self.state.vectors.search(self.vector, self.depth, allowed)[0]

    def _candidates(self) -> Ranked:
        """Candidates of both sources, each with both scores where they can be known, best first."""
        rows, scores, count = self._text
        near = self._near
        top, top_scores = rows[: self.depth], scores[: self.depth]
        new = near[~np.isin(near, top)]
        union = np.concatenate([top, new])
        with self.timed("complete"):
            lexical = np.concatenate([top_scores, self._lexical_scores(new)])
            dense = np.full(len(union), np.nan, np.float32)
            if self.vector is not None:
                dense = self.state.vectors.scores(self.vector, union)
        self.unmatched = new[np.isnan(lexical[len(top) :])]
        self.total = count + len(self.unmatched)
        with self.timed("fusion"):
            return self._fused(union, lexical, dense)

    def _lexical_scores(self, rows: Int32) -> Float32:
        known, scores, count = self._text
        if self.lexical is None or not len(rows):
            return np.full(len(rows), np.nan, np.float32)
        if count > len(known):
            return self.state.lexicon.scores(self.lexical.query, rows)
        order = np.argsort(known)
        places = np.searchsorted(known, rows, sorter=order)
        places = order[np.minimum(places, len(known) - 1)] if len(known) else places
        out = np.full(len(rows), np.nan, np.float32)
        if len(known):
            hit = known[places] == rows
            out[hit] = scores[places[hit]]
        return out

    def _fused(self, rows: Int32, lexical: Float32, dense: Float32) -> Ranked:
        if self.vector is None or self.lexical is None:  # one source: its own score is the score, in its own order
            return Ranked(rows, lexical if self.vector is None else dense, lexical, dense, no_parts(rows))
        fusion = self.plan.fusion
        left, right = parts(lexical, dense, fusion)
        near = np.zeros(len(rows), np.float32)
        if fusion.feedback > 0:
            vectors = self.state.vectors.vectors(rows)
            near = np.float32(fusion.feedback) * feedback(left + right, vectors, fusion.feedback_depth)
        score = np.round(left + right + near, 6)
        ranked = Ranked(rows, score, lexical, dense, np.stack([left, right, near], axis=1))  # [n, 3]
        return ranked.take(self._order(rows, score))

    def _order(self, rows: Int32, score: Float32) -> Int32:
        """Best score first, equal scores by id."""
        order = np.lexsort((rows, -score))
        ordered = score[order]
        tied = np.flatnonzero(ordered[1:] == ordered[:-1])
        if len(tied):
            places = np.union1d(tied, tied + 1)
            key = {place: (-float(ordered[place]), self.state.rows.id(int(rows[order[place]]))) for place in places}
            order[places] = order[sorted(places.tolist(), key=key.__getitem__)]
        return order.astype(np.int32)

    # --- the page --------------------------------------------------------------------------------------------

    def _page(self, candidates: Ranked) -> Ranked:
        start, end = self.plan.offset, self.plan.offset + self.plan.limit
        if self.lexical is None and self.vector is None:
            return self._browse(start, end)
        if self.plan.sort != "relevance":
            with self.timed("sort"):
                return self._sorted(candidates, start, end)
        page = candidates.take(slice(start, end))
        missing = end - start - len(page.rows)
        if missing and self.lexical is not None and self.total > len(candidates.rows):
            return joined(page, self._tail(candidates, max(0, start - len(candidates.rows)), missing))
        return page

    def _tail(self, candidates: Ranked, skip: int, limit: int) -> Ranked:
        """Matches of the text beyond the candidates, in order of lexical score, all below the last candidate."""
        rows, scores, _ = self._text
        rest = ~np.isin(rows, candidates.rows)
        rows, lexical = rows[rest], scores[rest]
        floor = max(float(candidates.score[-1]), 0.0) if len(candidates.score) else 0.0
        best = lexical[0] if len(lexical) and lexical[0] > 0 else np.float32(1)
        rows, lexical = rows[skip : skip + limit], lexical[skip : skip + limit]
        score = lexical if self.vector is None else np.float32(floor) * lexical / best
        dense = np.full(len(rows), np.nan, np.float32)
        if self.vector is not None:
            dense = self.state.vectors.scores(self.vector, rows)
        parts_ = no_parts(rows)
        if self.vector is not None:
            parts_[:, 0] = score
        return Ranked(rows, score.astype(np.float32), lexical, dense, parts_)

    def _browse(self, start: int, end: int) -> Ranked:
        rows = np.flatnonzero(self.allowed).astype(np.int32)
        self.total, self.unmatched = len(rows), np.empty(0, np.int32)
        with self.timed("sort"):
            rows = (rows if self.plan.sort == "relevance" else self._by_column(rows, end))[start:end]
        zero, unknown = np.zeros(len(rows), np.float32), np.full(len(rows), np.nan, np.float32)
        return Ranked(rows, zero, unknown, unknown, no_parts(rows))

    def _sorted(self, candidates: Ranked, start: int, end: int) -> Ranked:
        rows, scores, count = self._text
        if self.lexical is not None and count > len(rows):
            rows, scores, _ = self.state.lexicon.find(self._filtered(self.lexical.query, self.filter), count)
        everything = np.concatenate([rows, self.unmatched])
        page = self._by_column(np.sort(everything), end)[start:end]
        place = {row: number for number, row in enumerate(candidates.rows.tolist())}
        lexical_of = dict(zip(rows.tolist(), scores.tolist(), strict=True))
        lexical = np.array([lexical_of.get(row, np.nan) for row in page.tolist()], np.float32)
        dense = np.full(len(page), np.nan, np.float32)
        if self.vector is not None:
            dense = self.state.vectors.scores(self.vector, page)
        score, parts_ = np.zeros(len(page), np.float32), no_parts(page)
        for at, row in enumerate(page.tolist()):
            if row in place:
                score[at], parts_[at] = candidates.score[place[row]], candidates.parts[place[row]]
        return Ranked(page, score, lexical, dense, parts_)

    def _by_column(self, rows: Int32, count: int) -> Int32:
        """The first `count` or more of the rows (rising) in the plan's order; rows without the number come last."""
        field, sign = SORTS[self.plan.sort]
        keys = sign * self.state.columns.numbers(field, rows)
        if 4 * count < len(keys):
            last = np.partition(keys, count)[count]  # NaN is highest, here and in sorting
            if not np.isnan(last):
                near = keys <= last
                rows, keys = rows[near], keys[near]
        return rows[np.argsort(keys, kind="stable")]

    def _match(self, page: Ranked, place: int, why: tuple[Contribution, ...]) -> Match:
        row = int(page.rows[place])
        lexical, dense = float(page.lexical[place]), float(page.dense[place])
        return Match(
            self.state.rows.id(row),
            float(page.score[place]),
            None if np.isnan(lexical) else lexical,
            None if np.isnan(dense) else dense,
            self.state.rows.payload(row),
            why,
        )

    def _explain(self, page: Ranked) -> list[tuple[Contribution, ...]]:
        with self.timed("explain"):
            fused = self.lexical is not None and self.vector is not None
            return explain(self.state.lexicon, self.lexical, page.rows, page.dense, page.parts if fused else None)

    # --- facets ----------------------------------------------------------------------------------------------

    def _counted(self, asked: Sequence[FacetRequest]) -> list[Facet]:
        """Each request counted over its match set; requests that leave out the same conditions share a count."""
        filtered = {field_of(condition) for condition in conditions(self.filter)}
        groups: dict[str, list[FacetRequest]] = {}
        for request in dict.fromkeys(asked):
            own = request.exclude_own and request.field in filtered
            groups.setdefault(request.field if own else "", []).append(request)
        counted: dict[FacetRequest, Facet] = {}
        for field, requests in groups.items():
            found = self._counts(requests, without_field(self.filter, field) if field else self.filter)
            facets = make_facets(requests, found, selected_values(self.filter, requests))
            counted.update(zip(requests, facets, strict=True))
        return [counted[request] for request in asked]

    def _counts(self, requests: Sequence[FacetRequest], filter: Filter | None) -> list[Counts]:
        """Counts over all that the text matches under a filter, and the dense candidates.

        Few matches are counted from the columns, many by the text index; both come to the same.
        """
        state, chosen = self.state, selected_values(self.filter, requests)
        if self.lexical is None and self.vector is None:
            if filter is None and self.filter is None:
                return self._catalogue_counts(requests)
            query = Query.all_query() if filter is None else filter_query(filter, state.lexicon.index, self.fields)
            return count_in_index(state.lexicon, query, requests, self.fields, chosen)
        rows, near = self._match_set(filter)
        if rows is not None:
            return count_in_columns(state.columns, np.union1d(rows, near), requests, self.fields)
        queries = [self._filtered(self.lexical.query, filter)] if self.lexical is not None else []
        queries += [state.lexicon.rows_query(near)] if len(near) else []
        return count_in_index(state.lexicon, either(queries), requests, self.fields, chosen)

    def _catalogue_counts(self, requests: Sequence[FacetRequest]) -> list[Counts]:
        """Counts over the whole catalogue, the one match set that is large and asked for again and again."""
        state = self.state
        new = [request for request in requests if request not in state.counted]
        if new and len(state.counted) < MEMO:
            state.counted.update(
                zip(new, count_in_index(state.lexicon, Query.all_query(), new, self.fields, {}), strict=True)
            )
        if all(request in state.counted for request in requests):
            return [state.counted[request] for request in requests]
        return count_in_index(state.lexicon, Query.all_query(), requests, self.fields, {})

    def _match_set(self, filter: Filter | None) -> tuple[Int32 | None, Int32]:
        """What the text matches under a filter, None when that is too much to list; and the dense candidates."""
        near = self._near
        if self.vector is not None and filter != self.filter:
            more = self.state.vectors.search(self.vector, self.depth, self.state.allowed(filter))[0]
            near = np.union1d(near, more)  # those found under the whole filter stay, so that counts agree with totals
        if self.lexical is None:
            return np.empty(0, np.int32), near
        if filter == self.filter:
            rows, _, count = self._text
        else:
            rows, _, count = self.state.lexicon.find(self._filtered(self.lexical.query, filter), KNOWN)
        return (rows if count <= len(rows) else None), near
