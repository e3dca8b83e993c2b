"""How well a model orders the texts of examples: p@1, MRR, MAP, nDCG@10. No PyTorch here.

An example that has texts which do not fit is ordered among its own texts. Where no example has any (pairs), each is
ordered among the texts of all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from shelfwise.errors import InputError
from shelfwise.language.base import Encoder
from shelfwise.training.data.examples import Example
from shelfwise.types import Float32, Float64

Scores = Callable[[Sequence[tuple[str, Sequence[str]]]], list[Float32]]  # queries with texts → scores of the texts
DEPTH: Final = 10


@dataclass(frozen=True, slots=True)
class Rankings:
    """Figures of each example, Float64[n], by name; `skipped` examples had no text that fits."""

    values: Mapping[str, Float64]
    skipped: int

    def means(self) -> dict[str, float]:
        """Their means."""
        return {name: float(column.mean()) for name, column in self.values.items()}


def rank_examples(scores: Scores, examples: Sequence[Example]) -> Rankings:
    """Orders the texts of each example by score (ties keep their order) and compares with the grades.

    Raises:
        InputError: no example has a text that fits.
    """
    fitting = [example for example in examples if example.positives]
    if not fitting:
        raise InputError(f"None of {len(examples)} examples has a text that fits; a model cannot be measured on them.")
    lists = _lists(fitting)
    found = scores([(example.query, texts) for example, (texts, _) in zip(fitting, lists, strict=True)])
    rows = [_figures(np.asarray(given), grades) for given, (_, grades) in zip(found, lists, strict=True)]
    columns = {name: np.array([row[name] for row in rows]) for name in rows[0]}
    return Rankings(columns, len(examples) - len(fitting))


def encoder_scores(encoder: Encoder) -> Scores:
    """Cosine similarities by an encoder; each text is encoded once."""

    def scores(asked: Sequence[tuple[str, Sequence[str]]]) -> list[Float32]:
        queries = list(dict.fromkeys(query for query, _ in asked))
        texts = list(dict.fromkeys(text for _, each in asked for text in each))
        q = dict(zip(queries, encoder.encode(queries, "query"), strict=True))
        rows = {text: row for row, text in enumerate(texts)}
        t = encoder.encode(texts, "product")
        return [t[[rows[text] for text in each]] @ q[query] for query, each in asked]

    return scores


def _lists(examples: Sequence[Example]) -> list[tuple[tuple[str, ...], Float64]]:
    if any(example.negatives for example in examples):
        return [(example.texts, np.array(example.grades)) for example in examples]
    every = tuple(dict.fromkeys(text for example in examples for text in example.texts))
    fits: dict[str, dict[str, float]] = {}
    for example in examples:
        fits.setdefault(example.query, {}).update(zip(example.texts, example.grades, strict=True))
    return [(every, np.array([fits[example.query].get(text, 0.0) for text in every])) for example in examples]


def _figures(scores: Float32, grades: Float64) -> dict[str, float]:
    order = np.argsort(-scores, kind="stable")
    found = grades[order]
    hits = np.flatnonzero(found > 0)
    ideal = np.sort(grades)[::-1]
    return {
        "p@1": float(found[0] > 0),
        "mrr": 1.0 / (1 + hits[0]),
        "map": float(np.mean((1 + np.arange(len(hits))) / (1 + hits))),
        "ndcg@10": _dcg(found) / _dcg(ideal),
    }


def _dcg(grades: Float64) -> float:
    top = grades[:DEPTH]
    return float((top / np.log2(2 + np.arange(len(top)))).sum())
