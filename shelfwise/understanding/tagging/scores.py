"""How good a tagger is: precision, recall and F1 of whole spans.

A found span is right when start, end and kind are those of a labelled one. With TP right ones, over all texts together:

    precision = TP / found,  recall = TP / labelled,  F1 = 2 TP / (found + labelled)

Source: Tjong Kim Sang and De Meulder, the CoNLL-2003 shared task (the measure of its conlleval).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from shelfwise.understanding.tagging.base import Span

Scores = dict[str, float]


def score(labelled: Sequence[Sequence[Span]], found: Sequence[Sequence[Span]]) -> dict[str, Scores]:
    """precision, recall, f1 and support of each kind and, under "", of all together; 0 where nothing counts.

    >>> score([[Span(0, 3, "brand")]], [[Span(0, 3, "brand"), Span(4, 9, "brand")]])[""]
    {'precision': 0.5, 'recall': 1.0, 'f1': 0.6666666666666666, 'support': 1.0}
    """
    pairs = list(zip(labelled, found, strict=True))
    right = _counts(span for gold, ours in pairs for span in set(gold) & set(ours))
    ours_all = _counts(span for _, ours in pairs for span in set(ours))
    gold_all = _counts(span for gold, _ in pairs for span in set(gold))
    return {kind: _scores(right[kind], ours_all[kind], gold_all[kind]) for kind in sorted({"", *gold_all, *ours_all})}


def _counts(spans: Iterable[Span]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for span in spans:
        counts.update((span.kind, ""))
    return counts


def _scores(right: int, found: int, labelled: int) -> Scores:
    return {
        "precision": right / found if found else 0.0,
        "recall": right / labelled if labelled else 0.0,
        "f1": 2 * right / (found + labelled) if found + labelled else 0.0,
        "support": float(labelled),
    }
