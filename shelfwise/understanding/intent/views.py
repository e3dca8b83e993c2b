"""More to learn from where examples are few: a second view of each text, and the names of the labels.

An encoder with two kinds of input (E5's `query:` and `passage:`) sees each text in two ways. The second vectors, moved
so that their mean is that of the first, are examples too: v′ = v_product − mean(v_product) + mean(v_query). And a label
such as `card_arrival` says itself what is meant. With ten examples a label both together read .01 more of BANKING77
and of CLINC150 right.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from shelfwise.language.base import Encoder
from shelfwise.types import Float32
from shelfwise.understanding.intent.taxonomy import OUT_OF_SCOPE

FEW: Final = 30  # texts a label, on average, up to which they are few

Views = tuple[list[str], Float32, list[str], list[str]]  # texts, vectors, labels, groups


def views(texts: Sequence[str], labels: Sequence[str], groups: Sequence[str], encoder: Encoder) -> Views:
    """What to fit a head to: the texts with their vectors, and more of the same where they are few.

    groups: as in IntentHead.fit; the views of a text stay in its group. Raises EncoderError.
    """
    queries = encoder.encode(texts, "query")
    if len(texts) > FEW * len(set(labels)):
        return list(texts), queries, list(labels), list(groups)
    products = encoder.encode(texts, "product")
    names = [label for label in sorted(set(labels)) if label != OUT_OF_SCOPE]
    said = [_said(name) for name in names]
    vectors = [queries, products - products.mean(axis=0) + queries.mean(axis=0), encoder.encode(said, "query")]
    return (
        [*texts, *texts, *said],
        np.concatenate(vectors).astype(np.float32),
        [*labels, *labels, *names],
        [*groups, *groups, *said],
    )


def _said(label: str) -> str:
    """A label as words: `card_arrival` → `card arrival`."""
    return " ".join(label.replace("_", " ").replace("-", " ").split()) or label
