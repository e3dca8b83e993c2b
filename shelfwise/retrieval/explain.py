"""Why matches score as they do: the parts of each score, adding up to it."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from tantivy import Occur, Query

from shelfwise.retrieval.document import COMBINED, SHARES
from shelfwise.retrieval.lexical import Branch, LexicalPlan, Lexicon, both
from shelfwise.types import Bool, Contribution, Float32, Int32


def explain(
    lexicon: Lexicon,
    plan: LexicalPlan | None,
    rows: Int32,
    dense: Float32,
    fused: Float32 | None,
) -> list[tuple[Contribution, ...]]:
    """For each row: stage "lexical" (by field; the values add up to the lexical score), stage "dense" (the cosine)
    and, where the two were fused, stage "fusion" (what each added to the fused score). What the combined field gives
    is told of the fields that have the word, by their shares."""
    out: list[list[Contribution]] = [[] for _ in rows]
    if plan is not None and len(rows):
        scored = RowScores(lexicon, rows)
        matched = np.zeros(len(rows), np.int32)
        for branches in plan.slots:
            matched += _slot(scored, plan, branches, out)
        for place, count in enumerate(matched.tolist() if plan.coverage else []):
            detail = f"coverage: {count} of {len(plan.slots)}"
            out[place].append(Contribution("lexical", "coverage", count * plan.coverage, detail))
        for extra in plan.extras:
            _slot(scored, plan, (extra,), out)
    for place, cosine in enumerate(dense):
        if not np.isnan(cosine):
            out[place].append(Contribution("dense", "cosine", float(cosine)))
    if fused is not None:
        for place, values in enumerate(fused):
            named = zip(("lexical", "dense", "feedback"), values.tolist(), strict=True)
            out[place].extend(Contribution("fusion", name, value) for name, value in named if value)
    return [tuple(sorted(lines, key=lambda line: (line.stage, -line.value))) for lines in out]


class RowScores:
    """Scores of the same few rows by one query after another."""

    def __init__(self, lexicon: Lexicon, rows: Int32) -> None:
        self.lexicon, self._these = lexicon, lexicon.rows_query(rows)
        self._order = np.argsort(rows)
        self._rows = rows[self._order]

    def of(self, query: Query) -> Float32:
        """The query's score of each row; 0 where it does not match."""
        out = np.zeros(len(self._rows), np.float32)
        found, scores, _ = self.lexicon.find(both(query, self._these), len(self._rows))
        out[self._order[np.searchsorted(self._rows, found)]] = scores
        return out


class Inside:
    """Which fields of each row have the tokens that the combined field has: a score of 1, 2, 4 … for each field."""

    def __init__(self, scored: RowScores, tokens: tuple[str, ...]) -> None:
        self._scored, self._tokens = scored, tokens
        self._fields = [field for field in SHARES if field in scored.lexicon.text_fields]

    @cached_property
    def _found(self) -> list[int]:
        lexicon = self._scored.lexicon
        fields = [Query.const_score_query(lexicon.tokens_query(f, self._tokens), 2.0**i) for i, f in self._numbered]
        return [int(score) for score in self._scored.of(Query.boolean_query([(Occur.Should, f) for f in fields]))]

    @cached_property
    def _numbered(self) -> list[tuple[int, str]]:
        return list(enumerate(self._fields))

    def __call__(self, place: int) -> list[tuple[str, float]]:
        """The fields and what part of the score each may claim, by its share in the combined field; in all 1."""
        if not self._tokens or not self._fields:
            return [(COMBINED, 1.0)]
        names = [field for i, field in self._numbered if self._found[place] >> i & 1]
        total = sum(SHARES[name] for name in names)
        return [(name, SHARES[name] / total) for name in names] or [(COMBINED, 1.0)]


def _slot(scored: RowScores, plan: LexicalPlan, branches: tuple[Branch, ...], out: list[list[Contribution]]) -> Bool:
    """Adds the best branch of each row: its best field counts in full, the others by the tie-breaker.

    Returns which rows have any of the branches.
    """
    parts = [_branch(scored, plan, branch) for branch in branches]  # each Float32[fields, rows]
    if not parts:
        return np.zeros(len(out), np.bool_)
    inside = [Inside(scored, branch.tokens) for branch in branches]
    best = np.argmax([part.sum(axis=0) for part in parts], axis=0)
    for place, number in enumerate(best.tolist()):
        branch, part = branches[number], parts[number]
        detail = branch.text if branch.source == "query" else f"{branch.source}: {branch.text}"
        for leaf, value in zip(branch.leaves, part[:, place].tolist(), strict=True):
            if value > 0:
                for field, share in inside[number](place) if leaf.field == COMBINED else ((leaf.field, 1.0),):
                    out[place].append(Contribution("lexical", field, value * share, detail))
    return np.asarray(np.max([part.max(axis=0) for part in parts], axis=0) > 0)


def _branch(scored: RowScores, plan: LexicalPlan, branch: Branch) -> Float32:
    scores = np.array([scored.of(leaf.query) for leaf in branch.leaves], np.float32)
    if len(scores) == 1:
        return scores
    shares = np.full_like(scores, plan.tie_breaker)
    shares[np.argmax(scores, axis=0), np.arange(scores.shape[1])] = 1.0
    return np.asarray(scores * shares, np.float32)
