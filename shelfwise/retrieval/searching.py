"""One search over one state of the index, from plan to matches.

The ranking of a plan is one fixed order, whatever page is asked for: first the candidates of both sources by fused
score, then whatever else the text matches, by lexical score.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from tantivy import Query

from shelfwise.retrieval.base import FacetRequest, Match, Matches, MoreFacets
from shelfwise.retrieval.candidates import KNOWN, Candidates
from shelfwise.retrieval.counting import Counting, MatchSet, browsed
from shelfwise.retrieval.explain import explain
from shelfwise.retrieval.facets import check_facets
from shelfwise.retrieval.ranked import Ranked, joined, no_parts
from shelfwise.types import Contribution, Facet, Filter, Int32, Sort

SORTED = 5000  # matches that are fused to tell the relevant ones when sorting by something else
SORTS: dict[Sort, tuple[str, float]] = {
    "price": ("price", 1.0),
    "-price": ("price", -1.0),
    "-rating": ("rating", -1.0),
    "-newest": ("released", -1.0),
}


class Search(Candidates):
    """Answers one plan, over the rows of `allowed` when these are given in place of a filter.

    Raises InputError for a plan that cannot be answered.
    """

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
