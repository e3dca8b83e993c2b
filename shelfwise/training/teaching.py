"""From a cross-encoder to a bi-encoder: the teacher grades, the student learns its grades.

    g_k = exp(z_k/T) / max_j exp(z_j/T)        z: the teacher's scores of an example's texts

so that g/Σg is the softmax of the teacher's scores, which the graded loss compares with the student's. Texts without a
label can be graded as well: hard negatives mined by the student turn out to fit, or not, by what the teacher says.

Source: Hofstätter et al. 2020 (cross-architecture distillation); Hinton et al. 2015.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from shelfwise.language.base import CrossEncoder
from shelfwise.training.data.examples import Example

TEMPERATURE: Final = 1.0
LEAST: Final = 0.01  # below, a text counts as one that does not fit


def taught(
    teacher: CrossEncoder,
    examples: Sequence[Example],
    *,
    temperature: float = TEMPERATURE,
    progress: Callable[[int, int | None], None] | None = None,
) -> list[Example]:
    """The examples with the teacher's grades in the place of their own.

    >>> from shelfwise.language.cross_encoders.fake import FakeCrossEncoder
    >>> example = Example("red shoe", ("red shoe", "blue hat"), (0.0, 0.0), "1", "test")
    >>> taught(FakeCrossEncoder(), [example])[0].grades[0]
    1.0
    """
    found = []
    for done, example in enumerate(examples, start=1):
        scores = teacher.score(example.query, example.texts).astype(np.float64) / temperature
        grades = np.exp(scores - scores.max())
        kept = tuple(float(grade) if grade >= LEAST else 0.0 for grade in grades)
        found.append(replace(example, grades=kept))
        if progress is not None:
            progress(done, len(examples))
    return found
