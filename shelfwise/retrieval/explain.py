"""Why matches score as they do: the parts of each score, adding up to it."""

from __future__ import annotations

import numpy as np

from shelfwise.retrieval.lexical import Branch, LexicalPlan, Lexicon
from shelfwise.types import Contribution, Float32, Int32


def explain(
    lexicon: Lexicon,
    plan: LexicalPlan | None,
    rows: Int32,
    dense: Float32,
    fused: Float32 | None,
) -> list[tuple[Contribution, ...]]:
    """For each row: stage "lexical" (by field; the values add up to the lexical score), stage "dense" (the cosine)
    and, where the two were fused, stage "fusion" (what each added to the fused score)."""
    out: list[list[Contribution]] = [[] for _ in rows]
    if plan is not None:
        for branches in plan.slots:
            _slot(lexicon, plan, branches, rows, out)
        for extra in plan.extras:
            _slot(lexicon, plan, (extra,), rows, out)
    for place, cosine in enumerate(dense):
        if not np.isnan(cosine):
            out[place].append(Contribution("dense", "cosine", float(cosine)))
    if fused is not None:
        for place, values in enumerate(fused):
            named = zip(("lexical", "dense", "feedback"), values.tolist(), strict=True)
            out[place].extend(Contribution("fusion", name, value) for name, value in named if value)
    return [tuple(sorted(lines, key=lambda line: (line.stage, -line.value))) for lines in out]


def _slot(
    lexicon: Lexicon, plan: LexicalPlan, branches: tuple[Branch, ...], rows: Int32, out: list[list[Contribution]]
) -> None:
    """Adds the best branch of each row: its best field counts in full, the others by the tie-breaker."""
    parts = [_branch(lexicon, plan, branch, rows) for branch in branches]  # each Float32[fields, rows]
    if not parts:
        return
    best = np.argmax([part.sum(axis=0) for part in parts], axis=0)
    for place, number in enumerate(best):
        branch, part = branches[number], parts[number]
        for leaf, value in zip(branch.leaves, part[:, place], strict=True):
            if value > 0:
                detail = branch.text if branch.source == "query" else f"{branch.source}: {branch.text}"
                out[place].append(Contribution("lexical", leaf.field, float(value), detail))


def _branch(lexicon: Lexicon, plan: LexicalPlan, branch: Branch, rows: Int32) -> Float32:
    scores = np.nan_to_num(np.array([lexicon.scores(leaf.query, rows) for leaf in branch.leaves], np.float32))
    shares = np.full_like(scores, plan.tie_breaker)
    if len(rows):
        shares[np.argmax(scores, axis=0), np.arange(len(rows))] = 1.0
    return np.asarray(scores * shares, np.float32)
