"""Hard negatives: texts that lie near a query and do not fit it, found by an encoder among the texts of all examples.

For each query the nearest texts are taken, best first, without those that the example (or another with the same query)
already grades. A text whose similarity reaches `bound` times that of the query's own best text is likely to fit as well
and is left out (the positive-aware filter of Moreira et al., NV-Retriever, 2024: bound .95).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from shelfwise.language.base import Encoder
from shelfwise.training.data.examples import Example

BOUND: Final = 0.95
_CHUNK: Final = 256


def with_hard_negatives(
    encoder: Encoder,
    examples: Sequence[Example],
    count: int,
    *,
    bound: float = BOUND,
    skip: int = 0,
    enough: int | None = None,
) -> list[Example]:
    """The examples with up to `count` texts more, of grade 0.

    skip: so many of the nearest texts are passed over, where even those below the bound often fit. enough: an example
    with so many texts of grade 0 of its own stays as it is.
    """
    texts = list(dict.fromkeys(text for example in examples for text in example.texts))
    known: dict[str, set[str]] = {}
    for example in examples:
        known.setdefault(example.query, set()).update(example.texts)
    vectors = encoder.encode(texts, "product")
    rows = {text: row for row, text in enumerate(texts)}
    found = []
    for start in range(0, len(examples), _CHUNK):
        part = examples[start : start + _CHUNK]
        scores = encoder.encode([example.query for example in part], "query") @ vectors.T  # [part, texts]
        for example, row in zip(part, scores, strict=True):
            if enough is not None and not lacks([example], enough):
                found.append(example)
                continue
            best = max((row[rows[text]] for text in example.positives), default=-np.inf)
            nearest = np.argsort(-row)[: 4 * (skip + count + len(known[example.query]))]
            near = [texts[place] for place in nearest if row[place] < bound * best]
            mined = tuple([text for text in near if text not in known[example.query]][skip : skip + count])
            grades = example.grades + (0.0,) * len(mined)
            found.append(replace(example, texts=example.texts + mined, grades=grades))
    return found


def lacks(examples: Sequence[Example], enough: int) -> bool:
    """Whether one of the examples has fewer than `enough` texts of grade 0."""
    return any(sum(grade == 0 for grade in example.grades) < enough for example in examples)
