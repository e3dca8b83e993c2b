"""Why matches score as they do: the parts of each score, adding up to it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import NamedTuple

import numpy as np

from shelfwise.retrieval.document import COMBINED, SHARES
from shelfwise.retrieval.lexical import Branch, LexicalPlan, Lexicon
from shelfwise.retrieval.row_scores import RowScores
from shelfwise.types import Contribution, Float32, Int32

Tokens = tuple[str, ...]
Fields = dict[Tokens, list[list[tuple[str, float]]]]  # of each row


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
        for place, contribution in _lexical(RowScores(lexicon, rows), plan):
            out[place].append(contribution)
    for place, cosine in enumerate(dense.tolist()):
        if not math.isnan(cosine):
            out[place].append(Contribution("dense", "cosine", cosine))
    if fused is not None:
        for place, values in enumerate(fused.tolist()):
            named = zip(("lexical", "dense", "feedback", "wishes"), values, strict=True)
            out[place].extend(Contribution("fusion", name, value) for name, value in named if value)
    return [tuple(sorted(lines, key=lambda line: (line.stage, -line.value))) for lines in out]


class _Part(NamedTuple):
    """What one field of one branch gives to the rows at some places."""

    branch: Branch
    field: str
    places: list[int]
    values: list[float]


def _lexical(scored: RowScores, plan: LexicalPlan) -> Iterator[tuple[int, Contribution]]:
    scores = _scores(scored, plan)
    slots = [_slot(list(zip(branches, scores, strict=False))) for branches in plan.slots]
    extras = [_slot(list(zip((extra,), scores, strict=False))) for extra in plan.extras]
    combined = {part.branch.tokens: None for part in chain(*slots) if part.field == COMBINED and part.branch.tokens}
    fields = _fields(scored, list(combined))
    for part in chain(*slots):
        yield from _told(part, fields)
    if any(plan.points):
        matched = np.zeros((len(slots), len(scored.rows)))  # [slots, rows]
        for slot, parts in zip(matched, slots, strict=True):
            slot[[place for part in parts for place in part.places]] = 1  # once, whatever the slot has there
        for place, (points, count) in enumerate(zip(plan.points @ matched, matched.sum(axis=0), strict=True)):
            detail = f"coverage: {count:.0f} of {len(plan.slots)}"
            yield place, Contribution("lexical", "coverage", float(points), detail)
    for part in chain(*extras):
        yield from _told(part, {})


def _scores(scored: RowScores, plan: LexicalPlan) -> Iterator[Float32]:
    """Float32[leaves, rows] of each branch of the slots, then of the extras."""
    for branch in (*chain(*plan.slots), *plan.extras):
        scores = np.array([scored.of(leaf) for leaf in branch.leaves], np.float32)
        if len(scores) > 1:  # the best field counts in full, the others by the tie-breaker
            shares = np.full_like(scores, plan.tie_breaker)
            shares[np.argmax(scores, axis=0), np.arange(scores.shape[1])] = 1.0
            scores *= shares
        yield scores


def _slot(branches: Sequence[tuple[Branch, Float32]]) -> list[_Part]:
    """The best branch of each row, by field."""
    if not branches:
        return []
    best = np.argmax([scores.sum(axis=0) for _, scores in branches], axis=0)
    parts = []
    for number, (branch, scores) in enumerate(branches):
        for leaf, values in zip(branch.leaves, scores, strict=True):
            places = np.flatnonzero((best == number) & (values > 0))
            if len(places):
                parts.append(_Part(branch, leaf.field, places.tolist(), values[places].tolist()))
    return parts


def _fields(scored: RowScores, wanted: Sequence[Tokens]) -> Fields:
    """For tokens that the combined field has: the separate fields of each row that have them, and what part of the
    score each may claim, by its share in the combined field; in all 1."""
    names = [field for field in SHARES if field in scored.lexicon.text_fields]
    queries = [scored.lexicon.tokens_query(name, tokens) for tokens in wanted for name in names]
    has = scored.having(queries).reshape(len(wanted), len(names), len(scored.rows))
    known: dict[tuple[bool, ...], list[tuple[str, float]]] = {}
    fields: Fields = {}
    for tokens, found in zip(wanted, has, strict=True):
        rows = [*map(tuple, found.T.tolist())]
        known.update({row: _shares(names, row) for row in set(rows).difference(known)})
        fields[tokens] = [known[row] for row in rows]
    return fields


def _shares(names: Sequence[str], here: Sequence[bool]) -> list[tuple[str, float]]:
    found = [name for name, has in zip(names, here, strict=True) if has]
    total = sum(SHARES[name] for name in found)
    return [(name, SHARES[name] / total) for name in found] or [(COMBINED, 1.0)]


def _told(part: _Part, fields: Fields) -> Iterator[tuple[int, Contribution]]:
    branch = part.branch
    detail = branch.text if branch.source == "query" else f"{branch.source}: {branch.text}"
    shares = fields.get(branch.tokens) if part.field == COMBINED else None
    for place, value in zip(part.places, part.values, strict=True):
        for field, share in shares[place] if shares else ((part.field, 1.0),):
            yield place, Contribution("lexical", field, value * share, detail)
