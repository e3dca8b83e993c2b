"""The candidates of a search: what its text finds and what is near its vector, each with both scores, best first."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property, reduce

import numpy as np
from tantivy import Query

from shelfwise.errors import InputError
from shelfwise.retrieval.base import Plan, Wishes
from shelfwise.retrieval.counting import listed
from shelfwise.retrieval.facets import check_facets
from shelfwise.retrieval.feedback import feedback
from shelfwise.retrieval.filter_query import filter_query
from shelfwise.retrieval.filters import conditions, field_of, resolve, without_field
from shelfwise.retrieval.fusion import parts
from shelfwise.retrieval.lexical import LexicalPlan, both
from shelfwise.retrieval.overlay import cosines
from shelfwise.retrieval.ranked import Ranked, no_parts
from shelfwise.retrieval.state import State
from shelfwise.retrieval.wishes import wished
from shelfwise.types import Bool, Filter, Float32, Int32

KNOWN = 20_000  # matches listed; when no more match, candidates' scores and facets need no further look into the index
MAX_OFFSET = 100_000
MAX_LIMIT = 1000


class Candidates:
    """What one plan finds, over the rows of `allowed` when these are given in place of a filter.

    Raises InputError for a plan that cannot be answered.
    """

    def __init__(self, state: State, plan: Plan, allowed: Bool | None = None) -> None:
        if not 0 <= plan.offset <= MAX_OFFSET or not 0 <= plan.limit <= MAX_LIMIT:
            raise InputError(f"Page {plan.offset}+{plan.limit}: expected at most {MAX_OFFSET}+{MAX_LIMIT}.")
        self.state, self.plan, self._given = state, plan, allowed
        self.fields = state.columns.fields
        self.filter = None if plan.filter is None else resolve(plan.filter, self.fields)
        self.facets = check_facets(plan.facets, self.fields)
        self.depth = max(plan.candidates, 1)
        self.took: dict[str, float] = {}
        self._more = False  # whether further facets will be asked for

    @cached_property
    def vector(self) -> Float32 | None:
        """The query's vector; asked for after the words were searched."""
        given = self.plan.vector
        return self._checked(given() if callable(given) else given)

    @cached_property
    def wishes(self) -> Wishes:
        """What the results had better be."""
        given = self.plan.wishes
        return given() if callable(given) else given

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
            return self._alone(rows, lexical, lexical, np.full(len(rows), np.nan, np.float32))
        vectors = self.state.vectors.vectors(rows)  # read once, for the cosine and for feedback
        dense = cosines(vectors, self.vector)
        if self.lexical is None:
            return self._alone(rows, dense, lexical, dense)
        fusion = self.plan.fusion
        left, right = parts(lexical, dense, fusion)
        near = np.zeros(len(rows), np.float32)
        if fusion.feedback > 0:
            near = np.float32(fusion.feedback) * feedback(left + right, vectors, fusion.feedback_depth)
        wishes = wished(self.wishes, self.state, rows)
        score = np.round(left + right + near + wishes, 6)
        ranked = Ranked(rows, score, lexical, dense, np.stack([left, right, near, wishes], axis=1))  # [n, 4]
        return ranked.take(self._order(rows, score))

    def _alone(self, rows: Int32, score: Float32, lexical: Float32, dense: Float32) -> Ranked:
        """Candidates of one source; what was wished is worth a part of the best score."""
        if not self.wishes or not len(rows):
            return Ranked(rows, score, lexical, dense, no_parts(rows))
        best = 1.0 if np.isnan(score).all() else float(np.nanmax(score))
        points = np.float32(best) * wished(self.wishes, self.state, rows)
        parts_ = no_parts(rows)
        parts_[:, 3] = points
        score = np.asarray(np.round(np.nan_to_num(score) + points, 6), np.float32)
        return Ranked(rows, score, lexical, dense, parts_).take(self._order(rows, score))

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
