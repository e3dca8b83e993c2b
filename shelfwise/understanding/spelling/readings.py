"""From strengths of candidates to readings with a confidence."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, Literal

from shelfwise.understanding.spelling.fixes import Fix, Reading

OFFERED: Final = 0.4  # the confidence in what is offered and never done unasked
LEAST: Final = 0.2  # confidence below which a reading is not worth offering
MAX_READINGS: Final = 3

Strength = tuple[float, str, Literal["typo", "phonetic", "shape"]]


def readings(strengths: Iterable[Strength], unknown: float) -> tuple[Reading, ...]:
    """The candidates, strongest first: confidence(c) = s(c) / (Σ s + u). u: the weight of none of them being meant.

    >>> [(r.text, round(r.confidence, 2)) for r in readings([(3.0, "shoes", "typo"), (0.1, "shows", "typo")], 0.9)]
    [('shoes', 0.75)]
    """
    best: dict[str, Strength] = {}
    for one in strengths:
        if one[1] not in best or best[one[1]][0] < one[0]:
            best[one[1]] = one
    ranked = sorted(best.values(), key=lambda item: (-item[0], item[1]))
    total = unknown + sum(strength for strength, _, _ in ranked)
    found = (Reading(text, strength / total, source) for strength, text, source in ranked[:MAX_READINGS])
    return tuple(reading for reading in found if reading.confidence >= LEAST)


def offered(found: Sequence[Reading]) -> tuple[Reading, ...]:
    """The same readings, none sure enough to be searched unasked."""
    return tuple(Reading(r.text, min(r.confidence, OFFERED), r.source) for r in found)


def without_overlaps(fixes: Iterable[Fix]) -> list[Fix]:
    """The surest fixes in order, longer ones first among equals, none over another."""
    kept: list[Fix] = []
    for fix in sorted(fixes, key=lambda fix: (-round(fix.best.confidence, 1), fix.start - fix.end, fix.start)):
        if all(fix.end <= other.start or other.end <= fix.start for other in kept):
            kept.append(fix)
    return sorted(kept, key=lambda fix: fix.start)
