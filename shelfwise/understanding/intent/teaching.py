"""Teaching a shop its own intents: a merchant's examples beside the project's utterances, and what they bring."""

from __future__ import annotations

import csv
import io
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import numpy as np

from shelfwise.language.base import Encoder
from shelfwise.storage import replace_file
from shelfwise.types import Bool, Float64
from shelfwise.understanding.intent.datasets import read_labelled
from shelfwise.understanding.intent.head import IntentHead
from shelfwise.understanding.intent.store import keep
from shelfwise.understanding.intent.training import Card, Lessons, merchant_lessons, own_lessons, train_on

EXAMPLES: Final = "intents.csv"  # in the shop's folder
MODELS: Final = "models/intent"


@dataclass(frozen=True, slots=True)
class Taught:
    """A shop's new head: its folder and card, what was read of the examples, shares of texts read right.

    examples: of the merchant's texts, by the project's utterances alone and by the new head; own: of the project's,
    likewise. All by heads that did not learn from the text. None without examples.
    """

    folder: Path
    card: Card
    report: str = ""
    examples: tuple[float, float] | None = None
    own: tuple[float, float] | None = None

    def as_json(self) -> dict[str, Any]:
        """All of it."""
        return {**asdict(self), "folder": str(self.folder)}

    def rows(self) -> list[tuple[str, str, str]]:
        """Lines of a table: what, before, after."""
        pairs = {"your examples": self.examples, "Shelfwise's utterances": self.own}
        return [(name, f"{pair[0]:.1%}", f"{pair[1]:.1%}") for name, pair in pairs.items() if pair]


def teach(shop: Path, examples: Path | None, encoder: Encoder, *, seed: int, made: datetime) -> Taught:
    """Train a head on the project's utterances and the examples, measure it, keep both in the shop's folder.

    examples: a file of labelled texts, which takes the place of those that the shop has; None: those that it has.

    Raises InputError for examples of which no row can be used, EncoderError, OSError when the disk refuses.
    """
    own, file = own_lessons(), examples or shop / EXAMPLES
    own_vectors = encoder.encode(own.texts, "query")
    if examples is None and not file.is_file():
        head, card, _ = train_on(own, own_vectors, encoder.name, seed=seed, made=made)
        return Taught(keep(shop / MODELS, head, card), card)
    read = read_labelled(file)
    theirs = merchant_lessons(read)
    vectors = encoder.encode(theirs.texts, "query")
    alone, _, alone_held = train_on(own, own_vectors, encoder.name, seed=seed, made=made)
    before = alone.predict(theirs.texts, vectors)
    head, card, held = train_on(
        own + theirs, np.concatenate([own_vectors, vectors]), encoder.name, seed=seed, made=made
    )
    after = _right(head, held, own + theirs)
    replace_file(shop / EXAMPLES, as_csv(theirs))
    return Taught(
        keep(shop / MODELS, head, card),
        card,
        read.report(),
        (float(_right(alone, before, theirs).mean()), float(after[len(own.texts) :].mean())),
        (float(_right(alone, alone_held, own).mean()), float(after[: len(own.texts)].mean())),
    )


def as_csv(lessons: Lessons) -> bytes:
    """Texts and labels as CSV with a header."""
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(("text", "intent"))
    writer.writerows(zip(lessons.texts, lessons.labels, strict=True))
    return file.getvalue().encode()


def _right(head: IntentHead, probabilities: Float64, lessons: Lessons) -> Bool:
    answers = probabilities.argmax(axis=1)
    return np.array([head.labels[at] == label for at, label in zip(answers, lessons.labels, strict=True)], bool)
