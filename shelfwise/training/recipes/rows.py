"""From examples to the rows that a trainer reads."""

from __future__ import annotations

import random
from collections.abc import Sequence

from shelfwise.errors import InputError
from shelfwise.training.data.examples import Example

CHUNKS = 4  # rows that one example may become an epoch


def check_trainable(examples: Sequence[Example]) -> list[Example]:
    """The examples that have a text that fits.

    Raises:
        InputError: there is none, or nothing that does not fit can come from them.
    """
    fitting = [example for example in examples if example.positives]
    if not fitting:
        raise InputError(f"None of {len(examples)} examples has a text that fits: there is nothing to learn from.")
    if len({text for example in fitting for text in example.texts}) < 2:
        raise InputError("All examples have the same text: nothing tells what does not fit.")
    return fitting


def chosen(example: Example, size: int, order: random.Random) -> list[list[tuple[str, float]]]:
    """Lists of at most `size` texts with their grades: half of a list at most fits, the rest does not.

    Texts that do not fit are spread over up to CHUNKS lists, each with its own draw of texts that fit.
    """
    graded = list(zip(example.texts, example.grades, strict=True))
    fits = [pair for pair in graded if pair[1] > 0]
    others = [pair for pair in graded if pair[1] == 0]
    order.shuffle(others)
    room = max(1, size - min(len(fits), max(1, size // 2)))
    parts = [others[at : at + room] for at in range(0, len(others), room)][:CHUNKS] or [[]]
    lists = []
    for part in parts:
        order.shuffle(fits)
        lists.append((fits[: size - len(part)] if part else fits[:size]) + part)
    return lists
