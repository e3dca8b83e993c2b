"""A generation's part: the intent head of the shop's encoder and the merchant's examples."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Final

from shelfwise.language.base import Encoder
from shelfwise.understanding.intent.datasets import read_labelled
from shelfwise.understanding.intent.training import Lessons, merchant_lessons, own_lessons, reuse, train

SEED: Final = 0
EXAMPLES: Final = "intents.csv"  # in the shop's folder


class IntentBuilder:
    """Trains the head once for all products; without an encoder there is none.

    examples: the merchant's file of labelled texts, read where it exists. known: folders of heads made before; one
    made from the same texts with the same encoder is taken over, which saves their encoding.
    """

    name = "intent"

    def __init__(
        self,
        encoder: Encoder | None,
        clock: Callable[[], datetime],
        examples: Path | None = None,
        known: Sequence[Path] = (),
    ) -> None:
        self._encoder = encoder
        self._clock = clock
        self._examples = examples
        self._known = known

    def add(self, product: object, indexed: object) -> None:
        """Products have no part in it."""

    def write(self, into: Path) -> None:
        """Writes the head and its card into a folder. Raises InputError for examples that cannot be used at all."""
        if self._encoder is None:
            return
        lessons = lessons_of(self._examples)
        card = reuse(self._known, lessons.digest, self._encoder.name, into)
        if card is None:
            head, card = train(lessons, self._encoder, seed=SEED, made=self._clock())
            head.save(into)
        replace(card, made=self._clock().isoformat()).write(into)


def lessons_of(examples: Path | None) -> Lessons:
    """The project's utterances and, where the file exists, the merchant's. Raises InputError."""
    own = own_lessons()
    return own + merchant_lessons(read_labelled(examples)) if examples is not None and examples.is_file() else own
