"""From utterances to the head of a shop: the project's own, and what a merchant adds to them.

A head is kept with a card that says what it was made from: the digest of texts and labels, the encoder, the seed, the
figures of its cross-validation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Final

import numpy as np
import orjson

from shelfwise.evaluation.calibration import expected_calibration_error
from shelfwise.evaluation.classification import auroc
from shelfwise.language.base import Encoder
from shelfwise.types import Float32, Float64
from shelfwise.understanding.intent.datasets import LabelledTexts
from shelfwise.understanding.intent.head import VERSION, IntentHead
from shelfwise.understanding.intent.taxonomy import OUT_OF_SCOPE
from shelfwise.understanding.intent.utterances import load_utterances

CARD: Final = "card.json"
OWN: Final = "own"  # where the project's utterances are from
MERCHANT: Final = "merchant"
PER_TEMPLATE: Final = 1  # utterances made of a template


@dataclass(frozen=True, slots=True)
class Lessons:
    """What a head is made from, a row a text. groups: near copies share one. sources: OWN or MERCHANT."""

    texts: tuple[str, ...]
    labels: tuple[str, ...]
    groups: tuple[str, ...]
    languages: tuple[str, ...]
    sources: tuple[str, ...]

    def __add__(self, other: Lessons) -> Lessons:
        return Lessons(
            self.texts + other.texts,
            self.labels + other.labels,
            self.groups + other.groups,
            self.languages + other.languages,
            self.sources + other.sources,
        )

    @property
    def digest(self) -> str:
        """SHA-256 of what is learned, and of the form in which it is kept."""
        return sha256(orjson.dumps([VERSION, self.texts, self.labels, self.groups])).hexdigest()


@dataclass(frozen=True, slots=True)
class Card:
    """What is known of a head: digest of its lessons, encoder, seed, when it was made (ISO), counts, figures."""

    data: str
    encoder: str
    seed: int
    made: str
    texts: int = 0
    labels: int = 0
    metrics: dict[str, float | None] = field(default_factory=dict)

    def write(self, folder: Path) -> None:
        """Writes card.json."""
        (folder / CARD).write_bytes(orjson.dumps(asdict(self), option=orjson.OPT_INDENT_2))

    @classmethod
    def read(cls, folder: Path) -> Card | None:
        """The card of a folder; None where there is none that can be read."""
        try:
            return cls(**orjson.loads((folder / CARD).read_bytes()))
        except (OSError, ValueError, TypeError):
            return None


def own_lessons(seed: int = 0) -> Lessons:
    """The project's utterances, those of a template as one group."""
    found = load_utterances(seed, PER_TEMPLATE)
    return Lessons(
        tuple(each.text for each in found),
        tuple(each.intent for each in found),
        tuple(each.template for each in found),
        tuple(each.language for each in found),
        (OWN,) * len(found),
    )


def merchant_lessons(examples: LabelledTexts) -> Lessons:
    """A merchant's examples; what is out of scope is a label like others."""
    texts = (*examples.texts, *examples.out_of_scope)
    labels = (*examples.labels, *(OUT_OF_SCOPE for _ in examples.out_of_scope))
    languages = tuple("en" if text.isascii() else "zh" for text in texts)
    return Lessons(texts, labels, texts, languages, (MERCHANT,) * len(texts))


def train(lessons: Lessons, encoder: Encoder, *, seed: int, made: datetime) -> tuple[IntentHead, Card]:
    """The head of these lessons, and its card. Raises InputError for fewer than two labels, EncoderError."""
    head, card, _ = train_on(lessons, encoder.encode(lessons.texts, "query"), encoder.name, seed=seed, made=made)
    return head, card


def train_on(
    lessons: Lessons, vectors: Float32, encoder: str, *, seed: int, made: datetime
) -> tuple[IntentHead, Card, Float64]:
    """The same, of texts whose vectors are known; and their probabilities by weights that did not learn from them,
    Float64[n, k]."""
    from shelfwise.understanding.intent.fitting import fit_calibrated, held_out  # SciPy is for learning only

    logits = held_out(lessons.texts, vectors, lessons.labels, seed=seed, groups=lessons.groups)
    head = fit_calibrated(lessons.texts, vectors, lessons.labels, logits)
    held = head.probabilities(logits)
    metrics = figures(head.labels, held, lessons)
    card = Card(lessons.digest, encoder, seed, made.isoformat(), len(lessons.texts), len(head.labels), metrics)
    return head, card, held


def figures(labels: Sequence[str], probabilities: Float64, lessons: Lessons) -> dict[str, float | None]:
    """Accuracy of the likeliest label over all texts, by language, by source; ECE; AUROC of what is out of scope."""
    given = np.array(labels)[probabilities.argmax(axis=1)]
    right = given == np.array(lessons.labels)
    parts = {"accuracy": np.ones(len(right), bool)}
    for column in (lessons.languages, lessons.sources):
        parts |= {f"accuracy_{name}": np.array(column) == name for name in sorted(set(column))}
    found: dict[str, float | None] = {name: float(right[part].mean()) for name, part in parts.items()}
    found["ece"] = expected_calibration_error(probabilities.max(axis=1), right)
    outside = np.array([label == OUT_OF_SCOPE for label in lessons.labels])
    if OUT_OF_SCOPE in labels:
        found["oos_auroc"] = auroc(probabilities[:, list(labels).index(OUT_OF_SCOPE)], outside)
    return found
