"""One search over one state of the index, from plan to matches.

The ranking of a plan is one fixed order, whatever page is asked for: first the candidates of both sources by fused
score, then whatever else the text matches, by lexical score.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property, reduce

import numpy as np
from tantivy import Query

from shelfwise.errors import InputError
from shelfwise.retrieval.base import FacetRequest, Match, Matches, MoreFacets, Plan
from shelfwise.retrieval.counting import Counting, MatchSet, browsed, listed
from shelfwise.retrieval.explain import explain
from shelfwise.retrieval.facets import check_facets
from shelfwise.retrieval.feedback import feedback
from shelfwise.retrieval.filter_query import filter_query
from shelfwise.retrieval.filters import conditions, field_of, resolve, without_field
from shelfwise.retrieval.fusion import parts
from shelfwise.retrieval.lexical import LexicalPlan, both
from shelfwise.retrieval.overlay import cosines
from shelfwise.retrieval.ranked import Ranked, joined, no_parts
from shelfwise.retrieval.state import State
from shelfwise.types import Bool, Contribution, Facet, Filter, Float32, Int32, Sort

KNOWN = 20_000  # matches listed; when no more match, candidates' scores and facets need no further look into the index
SORTED = 5000  # matches that are fused to tell the relevant ones when sorting by something else
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
        self._more = False

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
        self._more = more is not None
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
        if self._listed is not None:
            rows, scores = self._listed
            passed = self.allowed[rows]
            return rows[passed], scores[passed], int(np.count_nonzero(passed))
        with self.timed("lexical"):
            depth = max(KNOWN, self.depth + self.plan.offset + self.plan.limit)
            return self.state.lexicon.find(self._filtered(self.lexical.query, self.filter), depth)

    @cached_property
    def _wide(self) -> Filter | None:
        """The filter without what facets leave out: under it, the text is read once for the page and all facets."""
        fields = {field_of(condition) for condition in conditions(self.filter)} - {None}
        if not self._more:
            fields &= {request.field for request in self.facets if request.exclude_own}
        return reduce(without_field, sorted(filter(None, fields)), self.filter)

    @cached_property
    def _listed(self) -> tuple[Int32, Float32] | None:
        """What the text finds under the wider filter; None when that is no wider, or too much to list."""
        if self.lexical is None or self._wide == self.filter:
            return None
        with self.timed("lexical"):
            return listed(self.state.lexicon, self._filtered(self.lexical.query, self._wide), KNOWN)

    @cached_property
    def _near(self) -> Int32:
        """The dense candidates."""
        if self.vector is None:
            return np.empty(0, np.int32)
        allowed = self.state.unless_all(self.allowed)
        with self.timed("dense"):
            return self.state.vectors.search(self.vector, self.depth, allowed)[0]

    @cached_property
    def _part(self) -> tuple[Int32, Float32]:
        """Products that match some of the words, where too few match enough of them to fill the candidates.

        Without a vector nothing is added to nothing: the shop says then that it asks for less.
        """
        count = self._text[2]
        if self.lexical is None or self.lexical.loose is self.lexical.query or count >= self.depth:
            return np.empty(0, np.int32), np.empty(0, np.float32)
        if not count and self.vector is None:
            return np.empty(0, np.int32), np.empty(0, np.float32)
        with self.timed("lexical"):
            rows, scores, _ = self.state.lexicon.find(self._filtered(self.lexical.loose, self.filter), self.depth)
        new = ~np.isin(rows, self._text[0])
        return rows[new], scores[new]

    def _candidates(self) -> Ranked:
        """Candidates of both sources, each with both scores where they can be known, best first."""
        rows, scores, count = self._text
        part, part_scores = self._part
        top = np.concatenate([rows[: self.depth], part])
        near = self._near
        new = near[~np.isin(near, top)]
        union = np.concatenate([top, new])
        with self.timed("complete"):
            late = self._lexical_scores(new)
            lexical = np.concatenate([scores[: self.depth], part_scores, late])
            self.unmatched = np.concatenate([part, new[~self._matches(new, late)]])
        self.total = count + len(self.unmatched)
        with self.timed("fusion"):
            return self._fused(union, lexical)

    def _lexical_scores(self, rows: Int32) -> Float32:
        """Scores of rows by whatever words they have; NaN for those that have none."""
        known, scores, count = self._text
        if self.lexical is None or not len(rows):
            return np.full(len(rows), np.nan, np.float32)
        if self.lexical.loose is self.lexical.query and count <= len(known):
            every = np.full(self.state.columns.n, np.nan, np.float32)
            every[known] = scores
            return every[rows]
        return self.state.lexicon.scores(self.lexical.loose, rows)

    def _matches(self, rows: Int32, scores: Float32) -> Bool:
        """Which rows match enough of the words; `scores` are those by whatever words they have."""
        some = ~np.isnan(scores)
        if self.lexical is not None and self.lexical.loose is not self.lexical.query:
            known, _, count = self._text
            asked = rows[some]
            listed = count <= len(known)
            enough = (
                np.isin(asked, known) if listed else ~np.isnan(self.state.lexicon.scores(self.lexical.query, asked))
            )
            some[some] = enough
        return some

    def _fused(self, rows: Int32, lexical: Float32) -> Ranked:
        if self.vector is None:  # one source: its own score is the score, in its own order
            return Ranked(rows, lexical, lexical, np.full(len(rows), np.nan, np.float32), no_parts(rows))
        vectors = self.state.vectors.vectors(rows)  # read once, for the cosine and for feedback
        dense = cosines(vectors, self.vector)
        if self.lexical is None:
            return Ranked(rows, dense, lexical, dense, no_parts(rows))
        fusion = self.plan.fusion
        left, right = parts(lexical, dense, fusion)
        near = np.zeros(len(rows), np.float32)
        if fusion.feedback > 0:
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
        """The relevant matches in the plan's order, then the others: the cheapest case is no answer to a phone."""
        every = self._every(candidates)
        good = every.score >= self.plan.relevant * every.score.max(initial=0)
        count = int(good.sum())
        first = self._by_column(np.sort(every.rows[good]), end)
        rest = self._by_column(np.sort(every.rows[~good]), end - count) if end > count else first[:0]
        page = np.concatenate([first, rest])[start:end]
        order = np.argsort(every.rows)
        return every.take(order[np.searchsorted(every.rows, page, sorter=order)].astype(np.int32))

    def _every(self, candidates: Ranked) -> Ranked:
        """All that matches, with fused scores of the best by words (SORTED of them) and of the candidates."""
        rows, scores, count = self._text
        if count <= self.depth:
            return candidates
        if count > len(rows) and self.lexical is not None:
            rows, scores, _ = self.state.lexicon.find(self._filtered(self.lexical.query, self.filter), count)
        more = ~np.isin(candidates.rows, rows)
        best = np.concatenate([rows[:SORTED], candidates.rows[more]])
        known = self._fused(best, np.concatenate([scores[:SORTED], candidates.lexical[more]]))
        rows, scores = rows[SORTED:], scores[SORTED:]
        unknown = np.full(len(rows), np.nan, np.float32)
        return joined(known, Ranked(rows, np.zeros(len(rows), np.float32), scores, unknown, no_parts(rows)))

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
        """Each request counted over all that the text matches and the other candidates."""
        if not asked:
            return []
        if self.lexical is None and self.vector is None:
            return browsed(self.state, self.fields, self.filter, asked)
        rows, _, count = self._text
        found = MatchSet(self.filter, rows if count <= len(rows) else None, self.unmatched)
        wide = None if self._listed is None else (self._wide, self._listed[0])
        return Counting(self.state, self.fields, found, wide, self._matching, self._near_under, KNOWN).facets(asked)

    def _matching(self) -> Query | None:
        """What the text matches, without what only adds to a score: much faster where no score is needed."""
        clause = self.plan.text
        if self.lexical is None or clause is None:
            return None
        return self.state.lexicon.plan(replace(clause, phrase_boost=0.0, hints=(), coverage=0.0)).query

    def _near_under(self, filter: Filter | None) -> Int32:
        if self.vector is None:
            return np.empty(0, np.int32)
        allowed = self.state.unless_all(self.state.allowed(filter))
        return self.state.vectors.search(self.vector, self.depth, allowed)[0]
