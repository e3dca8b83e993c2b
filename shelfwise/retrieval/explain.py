"""Why matches score as they do: the parts of each score, adding up to it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np

from shelfwise.retrieval.document import COMBINED, SHARES
from shelfwise.retrieval.lexical import Branch, LexicalPlan, Lexicon
from shelfwise.retrieval.row_scores import RowScores
from shelfwise.types import Contribution, Float32, Int32

Tokens = tuple[str, ...]


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
            named = zip(("lexical", "dense", "feedback"), values, strict=True)
            out[place].extend(Contribution("fusion", name, value) for name, value in named if value)
    return [tuple(sorted(lines, key=lambda line: (line.stage, -line.value))) for lines in out]


@dataclass(frozen=True, slots=True)
class _Line:
    """What one field of one branch gives the row at a place."""

    place: int
    branch: Branch
    field: str
    value: float

    @property
    def tokens(self) -> Tokens:
        """What to look for in the separate fields; () when there is nothing to look for."""
        return self.branch.tokens if self.field == COMBINED else ()


def _lexical(scored: RowScores, plan: LexicalPlan) -> Iterator[tuple[int, Contribution]]:
    parts = _parts(scored, plan)
    slots = [_slot(list(zip(branches, parts, strict=False))) for branches in plan.slots]
    extras = [_slot(list(zip((extra,), parts, strict=False))) for extra in plan.extras]
    fields = _fields(scored, {line.tokens: None for line in chain(*slots) if line.tokens})
    yield from _told(chain(*slots), fields)
    if plan.coverage:
        matched = np.zeros(len(scored.rows), np.int64)
        for lines in slots:
            matched[[line.place for line in lines]] += 1  # once, however many lines the slot has there
        for place, count in enumerate(matched.tolist()):
            detail = f"coverage: {count} of {len(plan.slots)}"
            yield place, Contribution("lexical", "coverage", count * plan.coverage, detail)
    yield from _told(chain(*extras), fields)


def _parts(scored: RowScores, plan: LexicalPlan) -> Iterator[Float32]:
    """Float32[leaves, rows] of each branch of the slots, then of the extras."""
    for branch in (*chain(*plan.slots), *plan.extras):
        scores = np.array([scored.of(leaf) for leaf in branch.leaves], np.float32)
        if len(scores) > 1:  # the best field counts in full, the others by the tie-breaker
            shares = np.full_like(scores, plan.tie_breaker)
            shares[np.argmax(scores, axis=0), np.arange(scores.shape[1])] = 1.0
            scores *= shares
        yield scores


def _slot(branches: Sequence[tuple[Branch, Float32]]) -> list[_Line]:
    """The best branch of each row."""
    if not branches:
        return []
    best = np.argmax([part.sum(axis=0) for _, part in branches], axis=0)
    lines = []
    for place, number in enumerate(best.tolist()):
        branch, part = branches[number]
        for leaf, value in zip(branch.leaves, part[:, place].tolist(), strict=True):
            if value > 0:
                lines.append(_Line(place, branch, leaf.field, value))
    return lines


def _fields(scored: RowScores, asked: Iterable[Tokens]) -> dict[Tokens, list[list[tuple[str, float]]]]:
    """For tokens that the combined field has: the separate fields of each row that have them, and what part of the
    score each may claim, by its share in the combined field; in all 1."""
    names = [field for field in SHARES if field in scored.lexicon.text_fields]
    wanted = list(asked)
    queries = [scored.lexicon.tokens_query(name, tokens) for tokens in wanted for name in names]
    has = scored.having(queries).reshape(len(wanted), len(names), len(scored.rows))
    return {
        tokens: [_shares(names, here) for here in found.T.tolist()] for tokens, found in zip(wanted, has, strict=True)
    }


def _shares(names: Sequence[str], here: Sequence[bool]) -> list[tuple[str, float]]:
    found = [name for name, has in zip(names, here, strict=True) if has]
    total = sum(SHARES[name] for name in found)
    return [(name, SHARES[name] / total) for name in found] or [(COMBINED, 1.0)]


def _told(
    lines: Iterable[_Line], fields: dict[Tokens, list[list[tuple[str, float]]]]
) -> Iterator[tuple[int, Contribution]]:
    for line in lines:
        branch = line.branch
        detail = branch.text if branch.source == "query" else f"{branch.source}: {branch.text}"
        shares = fields[line.tokens][line.place] if line.tokens in fields else [(line.field, 1.0)]
        for field, share in shares:
            yield line.place, Contribution("lexical", field, line.value * share, detail)
