"""What a tagger labels: runs of letters, runs of digits, and every other character by itself; and the labels.

In 6,000 labelled Chinese product texts 99.9% of the spans begin and end between units; English words are units.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from shelfwise.language.normalise import normalise
from shelfwise.understanding.tagging.base import Span

LONGEST: Final = 400  # characters of a text that are read
_UNIT: Final = re.compile(r"[a-z]+|[0-9]+|\S")


@dataclass(frozen=True, slots=True)
class Unit:
    """A piece of a folded text, and the stretch [start, end) of the original that it stands for.

    apart: a space stands before it.
    """

    text: str
    start: int
    end: int
    apart: bool = False


def split(text: str) -> list[Unit]:
    """The units of a text.

    >>> [unit.text for unit in split("ＨＰ TN-2110硒鼓")]
    ['hp', 'tn', '-', '2110', '硒', '鼓']
    """
    folded = normalise(text[:LONGEST])
    found = []
    last, taken = 0, 0
    for match in _UNIT.finditer(folded.text):
        start, end = folded.original(match.start(), match.end())
        if start >= taken:  # ¼ is three characters once folded: the first stands for it
            found.append(Unit(match[0], start, end, match.start() > last))
            taken = end
        last = match.end()
    return found


def labels(units: Sequence[Unit], spans: Sequence[Span]) -> list[str]:
    """A label for each unit: O outside, S-kind a span of one unit, else B-kind, I-kind …, E-kind.

    A unit belongs to a span when it has a character in common with it; of two such spans to the first.

    >>> labels(split("red usb stick"), [Span(4, 13, "product")])
    ['O', 'B-product', 'E-product']
    """
    found = ["O"] * len(units)
    for span in spans:
        inside = [i for i, u in enumerate(units) if u.start < span.end and u.end > span.start and found[i] == "O"]
        for place, i in enumerate(inside):
            begins, ends = place == 0, place == len(inside) - 1
            found[i] = f"{'S' if begins and ends else 'B' if begins else 'E' if ends else 'I'}-{span.kind}"
    return found


def stretches(tags: Sequence[str]) -> list[tuple[int, int, str]]:
    """Spans [first, last) of units, read from labels. Labels that do not fit together end a span early.

    >>> stretches(["O", "B-product", "E-product", "S-brand"])
    [(1, 3, 'product'), (3, 4, 'brand')]
    """
    found: list[tuple[int, int, str]] = []
    goes_on = False
    for i, tag in enumerate(tags):
        place, _, kind = tag.partition("-")
        if place in "IE" and goes_on and found[-1][2] == kind:
            found[-1] = (found[-1][0], i + 1, kind)
        elif place != "O":
            found.append((i, i + 1, kind))
        goes_on = place in "BI"
    return found
