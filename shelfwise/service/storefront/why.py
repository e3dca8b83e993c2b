"""Why a product stands where it stands, as bars: one group a stage, the longest bar the largest part."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from shelfwise.types import Contribution, Explanation

LINES: Final = 6  # bars of a stage
STAGES: Final = ("fusion", "lexical", "dense")  # the sum first, then its parts, then whatever else there is
WHOLE: Final = {"dense": 1.0}  # what a full bar stands for, where it is not the stage's largest part
SILENT: Final = ("coverage", "hint")  # sources of which the words say nothing to a shopper
WORDS: Final = 6  # words of a bar


@dataclass(frozen=True, slots=True)
class Bar:
    """What one part added; `width` is in percent. `details`: how words were read ("" as typed), and the words."""

    name: str
    details: tuple[tuple[str, tuple[str, ...]], ...]
    value: float
    width: float


@dataclass(frozen=True, slots=True)
class Reason:
    """A stage and its parts, largest first."""

    stage: str
    bars: tuple[Bar, ...]


def explain(why: Explanation, text: str = "") -> tuple[Reason, ...]:
    """The bars of an explanation. Contributions of the same name (one for each word) become one bar.

    text: the query and the product's title, in whose words the index's tokens are told.

    >>> parts = (Contribution("lexical", "title", 2.0, "nois"), Contribution("lexical", "title", 1.0, "typo: phone"))
    >>> explain(Explanation((*parts, Contribution("lexical", "brand", -1.5))), "noise")[0].bars[0]
    Bar(name='title', details=(('', ('noise',)), ('typo', ('phone',))), value=3.0, width=100.0)
    """
    words = list(dict.fromkeys(re.findall(r"[a-z0-9]+", text.lower())))
    stages: dict[str, dict[str, list[Contribution]]] = {}
    for part in why.contributions:
        stages.setdefault(part.stage, {}).setdefault(part.name, []).append(part)
    order = [stage for stage in STAGES if stage in stages] + [stage for stage in stages if stage not in STAGES]
    return tuple(Reason(stage, _bars(stages[stage].values(), WHOLE.get(stage), words)) for stage in order)


def spoken(token: str, words: Sequence[str]) -> str:
    """A token (a stem, as a rule) as the word it stands for.

    >>> spoken("batteri", ["battery", "case"]), spoken("hike", ["hiking"]), spoken("手机", ["case"])
    ('battery', 'hiking', '手机')
    """
    for beginning in (token, re.sub("i$", "y", token), re.sub("e$", "", token)):
        found = [word for word in words if word.startswith(beginning)]
        if found:
            return min(found, key=len)
    return token


def _bars(named: Iterable[list[Contribution]], whole: float | None, words: Sequence[str]) -> tuple[Bar, ...]:
    sums = [(sum(part.value for part in parts), parts) for parts in named]
    sums.sort(key=lambda pair: -abs(pair[0]))
    largest = whole or abs(sums[0][0]) or 1.0
    return tuple(
        Bar(parts[0].name, _details(parts, words), value, round(min(100.0, 100 * abs(value) / largest), 1))
        for value, parts in sums[:LINES]
    )


def _details(parts: Iterable[Contribution], words: Sequence[str]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    found: dict[str, dict[str, None]] = {}
    for part in parts:
        kind, colon, tokens = part.detail.partition(": ")
        kind, tokens = (kind, tokens) if colon else ("", part.detail)
        if tokens and kind not in SILENT:
            told = " ".join(spoken(token, words) for token in tokens.split(" "))
            found.setdefault(kind, {}).setdefault(told)
    return tuple((kind, tuple(told)[:WORDS]) for kind, told in found.items())
