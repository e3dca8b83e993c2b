"""A page about labels that a classifier gave: figures, which labels it takes for which, whether its doubts are true."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from shelfwise.evaluation.calibration import reliability
from shelfwise.evaluation.classification import confusions
from shelfwise.evaluation.report.page import environment
from shelfwise.types import Float64

MOST: Final = 200  # mistakes that are listed
NAMED: Final = 40  # labels, up to which a matrix has their names beside it


@dataclass(frozen=True, slots=True)
class Cell:
    """A square of the matrix, in percent of its side. share: of the texts of that label; right: on the diagonal."""

    left: float
    top: float
    share: float
    right: bool
    tip: str


@dataclass(frozen=True, slots=True)
class Matrix:
    """Rows are true labels, columns given ones. side: of a square, in percent."""

    labels: tuple[str, ...]
    side: float
    cells: tuple[Cell, ...]
    named: bool


@dataclass(frozen=True, slots=True)
class Column:
    """A bin of the reliability plot, in percent of its side: a bar up to the accuracy, a dot at the confidence."""

    left: float
    width: float
    height: float
    confidence: float
    tip: str


@dataclass(frozen=True, slots=True)
class Mistake:
    """A text that was given another label than its own."""

    text: str
    true: str
    given: str
    confidence: float


def render_labels(
    texts: Sequence[str],
    true: Sequence[str],
    given: Sequence[str],
    confidence: Float64,
    figures: Mapping[str, float],
    *,
    title: str,
) -> str:
    """The page. confidence: Float64[n] of the n answers; figures: name → value, shown in this order.

    Mistakes are listed the surest first, at most MOST of them.
    """
    rows = zip(texts, true, given, confidence.tolist(), strict=True)
    wrong = sorted((Mistake(*row) for row in rows if row[1] != row[2]), key=lambda one: (-one.confidence, one.text))
    template = environment().get_template("labels.html")
    return template.render(
        title=title,
        asked=len(true),
        figures=figures,
        matrix=matrix(true, given),
        columns=columns(true, given, confidence),
        confusions=confusions(true, given)[:MOST],
        mistakes=wrong[:MOST],
        left_out=max(0, len(wrong) - MOST),
    )


def matrix(true: Sequence[str], given: Sequence[str]) -> Matrix:
    """The confusion matrix; only squares that are not empty are drawn."""
    labels = sorted({*true, *given})
    place = {label: at for at, label in enumerate(labels)}
    side = 100 / max(1, len(labels))
    texts = Counter(true)
    cells = [
        Cell(
            round(place[other] * side, 3),
            round(place[one] * side, 3),
            count / texts[one],
            one == other,
            f"{one} → {other}: {count} of {texts[one]}",
        )
        for (one, other), count in sorted(Counter(zip(true, given, strict=True)).items())
    ]
    return Matrix(tuple(labels), round(side, 3), tuple(cells), len(labels) <= NAMED)


def columns(true: Sequence[str], given: Sequence[str], confidence: Float64) -> tuple[Column, ...]:
    """The bins of the reliability plot."""
    right = np.array([one == other for one, other in zip(true, given, strict=True)], bool)
    return tuple(
        Column(
            left=round(100 * each.low, 3),
            width=round(100 * (each.high - each.low), 3),
            height=round(100 * each.accuracy, 3),
            confidence=round(100 * each.confidence, 3),
            tip=f"{each.count} answers: {each.confidence:.0%} sure, {each.accuracy:.0%} right",
        )
        for each in reliability(confidence, right)
    )
