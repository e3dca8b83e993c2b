"""The text clause of a plan as a query of the text index, and what it finds.

score = Σ over slots of v · max over alternatives of w · f · dismax over fields of (boost · BM25)
        + phrase_boost · Σ over neighbouring slots of ½ · dismax over fields of BM25(phrase)
        + coverage · Σ over slots that match of v + Σ over hints of dismax over fields of Σ over tokens of BM25

v is the slot's weight, w the alternative's. f = min(1, rarity of what was asked / rarity of the alternative): BM25
prizes rare words, and a misspelling in one product is rarer than the word itself, so no alternative may count as rarer
than the word asked for (or, if that is in no product, than the commonest alternative). What follows the first line adds
to what matches; it matches nothing.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import tantivy
from tantivy import Occur, Query

from shelfwise.retrieval.base import Alternative, Slot, TextClause
from shelfwise.retrieval.schema import ROW, text_path
from shelfwise.types import Float32, Int32

MEMO = 50_000  # frequencies remembered; a query asks for the same ones again and again
SLOP = 1  # tokens of one alternative stand next to each other, or nearly


@dataclass(frozen=True, slots=True)
class Leaf:
    """One field of one alternative: the query that scores it, boosts included.

    parts: of a sum, its summands.
    """

    field: str
    query: Query
    parts: tuple[Query, ...] = ()


@dataclass(frozen=True, slots=True)
class Branch:
    """An alternative (or a phrase): its score is the dis-max of its leaves."""

    text: str
    source: str
    leaves: tuple[Leaf, ...]
    tokens: tuple[str, ...] = ()  # of one alternative


@dataclass(frozen=True, slots=True)
class LexicalPlan:
    """A text clause made ready for one state of the index. The score of a slot is the best of its branches.

    points: what each slot adds by matching. query: enough of the slots match. loose: any of them does, with the same
    score; `query` itself where partial matches are not wanted.
    """

    slots: tuple[tuple[Branch, ...], ...]
    extras: tuple[Branch, ...]
    tie_breaker: float
    points: tuple[float, ...]
    query: Query
    loose: Query


class Lexicon:
    """The text index at one moment: how common tokens are, and what matches."""

    def __init__(self, index: tantivy.Index, text_fields: Sequence[str]) -> None:
        self.index, self.schema = index, index.schema
        self.searcher = index.searcher()
        self.text_fields = tuple(text_fields)
        self._frequencies: dict[tuple[str, str], int] = {}

    def frequency(self, field: str, token: str) -> int:
        """How many products have the token in the field (replaced products may count until they are merged away)."""
        key = (field, token)
        known = self._frequencies.get(key)
        if known is None:
            known = self.searcher.doc_freq(text_path(field), token)
            if len(self._frequencies) >= MEMO:
                self._frequencies.clear()
            self._frequencies[key] = known
        return known

    def find(self, query: Query, limit: int) -> tuple[Int32, Float32, int]:
        """The best rows with their scores, and how many match in all. Equal scores stand in order of row."""
        result = self.searcher.search(query, max(limit, 1))
        hits = result.hits[:limit]
        rows = self.searcher.fast_field_values(ROW, [address for _, address in hits])
        scores = np.fromiter((score for score, _ in hits), np.float32, len(hits))
        return np.array(rows, np.int32), scores, int(result.count)  # type: ignore[attr-defined]

    def scores(self, query: Query, rows: Int32) -> Float32:
        """The query's score of each of the rows; NaN where it does not match."""
        out = np.full(len(rows), np.nan, np.float32)
        if len(rows):
            found, scores, _ = self.find(both(query, self.rows_query(rows)), len(rows))
            order = np.argsort(rows, kind="stable")
            out[order[np.searchsorted(rows, found, sorter=order)]] = scores
        return out

    def rows_query(self, rows: Int32) -> Query:
        """What matches exactly these rows."""
        return Query.boolean_query([(Occur.Should, Query.term_query(self.schema, ROW, row)) for row in rows.tolist()])

    def plan(self, clause: TextClause) -> LexicalPlan:
        """The clause as a query over the tokens that occur at all."""
        slots = tuple(tuple(self._branches(slot, clause)) for slot in clause.slots)
        points = tuple(slot.weight * clause.coverage for slot in clause.slots)
        best = [_best(branches, clause, points) for branches, points in zip(slots, points, strict=True)]
        extras = (*self._phrases(clause), *self._hints(clause))
        more = [(Occur.Should, _dismax(branch, clause.tie_breaker)) for branch in extras]

        def scored(needed: int) -> Query:
            match = _match(clause, best, needed)
            return Query.boolean_query([(Occur.Must, match), *more]) if more else match

        needed = max(1, math.floor(clause.minimum_match * len(slots) + 1e-9))
        query = scored(needed)
        loose = scored(1) if clause.partial and needed > 1 else query
        return LexicalPlan(slots, extras, clause.tie_breaker, points, query, loose)

    def _branches(self, slot: Slot, clause: TextClause) -> Iterator[Branch]:
        rarities = [self._rarity(alternative, clause) for alternative in slot.alternatives]
        asked = [r for r, a in zip(rarities, slot.alternatives, strict=True) if r is not None and a.source == "query"]
        occurring = [r for r in rarities if r is not None]
        limit = max(asked) if asked else min(occurring, default=0.0)
        for alternative, rarity in zip(slot.alternatives, rarities, strict=True):
            if rarity is not None:
                fair = 1.0 if alternative.source == "query" else min(1.0, limit / rarity)
                leaves = tuple(self._leaves(alternative, slot.weight * alternative.weight * fair, clause))
                if leaves:
                    yield Branch(" ".join(alternative.tokens), alternative.source, leaves, alternative.tokens)

    def _rarity(self, alternative: Alternative, clause: TextClause) -> float | None:
        """Σ over tokens of idf, each taken in the field where it is commonest; None when one is not in the index."""
        fields = clause.fields.get(alternative.group, {})
        counts = [max((self.frequency(field, token) for field in fields), default=0) for token in alternative.tokens]
        if not counts or not all(counts):
            return None
        return sum(idf(count, self.searcher.num_docs) for count in counts)

    def _leaves(self, alternative: Alternative, weight: float, clause: TextClause) -> Iterator[Leaf]:
        for field, boost in clause.fields.get(alternative.group, {}).items():
            if weight * boost > 0 and all(self.frequency(field, token) for token in alternative.tokens):
                query = self.tokens_query(field, alternative.tokens)
                yield Leaf(field, Query.boost_query(query, weight * boost))

    def _hints(self, clause: TextClause) -> Iterator[Branch]:
        """For each group one branch, whose leaf in a field is the sum over the group's hints."""
        for group, fields in clause.fields.items():
            hints = [hint for hint in clause.hints if hint.group == group]
            leaves = []
            for field, boost in fields.items():
                known = [hint for hint in hints if all(self.frequency(field, token) for token in hint.tokens)]
                parts = tuple(self._hint(field, hint, hint.weight * boost) for hint in known if hint.weight * boost > 0)
                if parts:
                    leaves.append(Leaf(field, Query.boolean_query([(Occur.Should, part) for part in parts]), parts))
            if leaves:
                yield Branch(" ".join(token for hint in hints for token in hint.tokens), "hint", tuple(leaves))

    def _hint(self, field: str, hint: Alternative, weight: float) -> Query:
        """A kind gives the same points to all that are of it: how rare it is and what else they are says nothing."""
        query = self.tokens_query(field, hint.tokens, 0)
        return Query.const_score_query(query, weight) if hint.group == "kinds" else Query.boost_query(query, weight)

    def _phrases(self, clause: TextClause) -> Iterator[Branch]:
        if clause.phrase_boost <= 0:
            return
        words = [self._word(slot, clause) for slot in clause.slots]
        for left, right in pairwise(words):
            if left is None or right is None:
                continue
            tokens = (left, right)
            leaves = [
                Leaf(
                    field,
                    Query.boost_query(self.tokens_query(field, tokens, clause.phrase_slop), clause.phrase_boost / 2),
                )
                for field in clause.phrase_fields
                if all(self.frequency(field, token) for token in tokens)
            ]
            if leaves:
                yield Branch(" ".join(tokens), "phrase", tuple(leaves))

    def _word(self, slot: Slot, clause: TextClause) -> str | None:
        """The slot's word as the catalogue spells it: what was asked if it occurs, else the best alternative."""
        words = [a for a in slot.alternatives if a.group == "words" and len(a.tokens) == 1]
        words.sort(key=lambda alternative: (alternative.source != "query", -alternative.weight))
        for alternative in words:
            if any(self.frequency(field, alternative.tokens[0]) for field in clause.phrase_fields):
                return alternative.tokens[0]
        return None

    def tokens_query(self, field: str, tokens: Sequence[str], slop: int = SLOP) -> Query:
        """What has the tokens in a field, in order and near each other."""
        path = text_path(field)
        if len(tokens) == 1:
            return Query.term_query(self.schema, path, tokens[0])
        return Query.phrase_query(self.schema, path, list(tokens), slop)


def idf(count: int, n: int) -> float:
    """ln(1 + (n − count + ½) / (count + ½)): how much a token says that `count` of n products have."""
    return math.log(1 + max(0.0, n - count + 0.5) / (count + 0.5)) or 1e-9


def both(scored: Query, condition: Query) -> Query:
    """What matches the two; only the first gives a score."""
    return Query.boolean_query([(Occur.Must, scored), (Occur.Must, Query.const_score_query(condition, 0.0))])


def _dismax(branch: Branch, tie_breaker: float) -> Query:
    queries = [leaf.query for leaf in branch.leaves]
    return queries[0] if len(queries) == 1 else Query.disjunction_max_query(queries, tie_breaker)


def _best(branches: Sequence[Branch], clause: TextClause, points: float) -> Query:
    """A slot: the best of its branches, and points for having matched."""
    queries = [_dismax(branch, clause.tie_breaker) for branch in branches]
    if not queries:
        return Query.empty_query()
    best = queries[0] if len(queries) == 1 else Query.disjunction_max_query(queries)
    if not points:
        return best
    matched = Query.const_score_query(Query.all_query(), points)
    return Query.boolean_query([(Occur.Must, best), (Occur.Must, matched)])


def _match(clause: TextClause, queries: Sequence[Query], needed: int) -> Query:
    required = [slot.required or needed == len(queries) for slot in clause.slots]
    parts = [(Occur.Must if must else Occur.Should, query) for must, query in zip(required, queries, strict=True)]
    needed -= sum(required)
    return Query.boolean_query(parts, needed) if needed > 0 else Query.boolean_query(parts)
