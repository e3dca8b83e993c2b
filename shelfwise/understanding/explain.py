"""What a chain of steps did, in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

import numpy as np

from shelfwise.types import Locale
from shelfwise.understanding.base import Constraint, Understanding


def changes(before: Understanding, after: Understanding) -> tuple[str, float | None]:
    """What a step changed, in a few words ("" for nothing), and how sure it is.

    >>> changes(Understanding("hi"), Understanding("hi", language="zh"))
    ('language: zh', None)
    """
    found = [
        (f"{name}: {told}", sure)
        for name, tell in _TOLD.items()
        if _differ(getattr(before, name), getattr(after, name))
        for told, sure in [tell(after)]
        if told
    ]
    sure = [confidence for _, confidence in found if confidence is not None]
    return "; ".join(text for text, _ in found), min(sure, default=None)


def _differ(before: object, after: object) -> bool:
    """Whether a field has another value; arrays, which no step changes in place, are told apart by identity."""
    if before is after:
        return False
    return isinstance(after, np.ndarray) or isinstance(before, np.ndarray) or before != after


Told = tuple[str, float | None]


def _corrections(u: Understanding) -> Told:
    told = ", ".join(f"{one.original} → {one.corrected}" for one in u.corrections)
    return told, min((one.confidence for one in u.corrections), default=None)


def _constraints(u: Understanding) -> Told:
    return ", ".join(map(describe, u.constraints)), min((c.confidence for c in u.constraints), default=None)


def _intent(u: Understanding) -> Told:
    best = max(u.intent.items(), key=lambda item: item[1], default=("", 0.0))
    return best if best[0] else ("", None)


def _category(u: Understanding) -> Told:
    if not u.category:
        return "", None
    best = u.category[0]
    return " > ".join(best.path), best.confidence


def _plain(name: str) -> Callable[[Understanding], Told]:
    return lambda u: (str(getattr(u, name) or ""), None)


_TOLD: Final[Mapping[str, Callable[[Understanding], Told]]] = {
    "text": _plain("text"),
    "language": _plain("language"),
    "corrections": _corrections,
    "did_you_mean": _plain("did_you_mean"),
    "constraints": _constraints,
    "core": _plain("core"),
    "rewrite": _plain("rewrite"),
    "tokens": lambda u: (" ".join(token.text for token in u.tokens.words), None),
    "intent": _intent,
    "category": _category,
    "expansions": lambda u: (", ".join(f"{e.words} → {e.other}" for e in u.expansions), None),
    "vector": lambda u: ("" if u.vector is None else f"{len(u.vector)} numbers", None),
}


def describe(constraint: Constraint) -> str:
    """A constraint in a few words.

    >>> describe(Constraint("price", "under 500 yuan", 0, 14, high=500, unit="CNY"))
    'price ≤ 500 CNY'
    >>> describe(Constraint("brand", "not hp", 0, 6, "hp", negated=True))
    'brand not hp'
    """
    bounds = _bounds(constraint)
    what = constraint.value or constraint.level
    told = " ".join(part for part in (what, bounds, constraint.unit) if part)
    return f"{constraint.kind} {'not ' if constraint.negated else ''}{told}".rstrip()


def _bounds(constraint: Constraint) -> str:
    low, high = constraint.low, constraint.high
    if low is not None and high is not None:
        return f"{low:g}" if low == high else f"{low:g}–{high:g}"
    return f"≥ {low:g}" if low is not None else f"≤ {high:g}" if high is not None else ""


def sentences(u: Understanding, locale: Locale) -> list[str]:
    """The whole of what was understood, a sentence a finding, in the reader's language.

    >>> sentences(Understanding("x", core="laptop"), "en")
    ['Searched for “laptop”.']
    """
    return list(_sentences(u, _WORDS[locale]))


def _sentences(u: Understanding, words: Mapping[str, str]) -> Iterator[str]:
    for correction in u.corrections:
        yield words["corrected"].format(correction.original, correction.corrected)
    if u.core:
        yield words["core"].format(u.core)
    for constraint in u.constraints:
        key = "must" if constraint.hard else "wish"
        yield words[key].format(constraint.text, describe(constraint))
    if u.intent:
        name, sure = max(u.intent.items(), key=lambda item: item[1])
        yield words["intent"].format(name, f"{sure:.0%}")
    if u.category:
        yield words["category"].format(" > ".join(u.category[0].path), f"{u.category[0].confidence:.0%}")
    yield from _others(u.failed, words["failed"])


def _others(names: Sequence[str], template: str) -> Iterator[str]:
    for name in names:
        yield template.format(name)


_WORDS: Final[Mapping[Locale, Mapping[str, str]]] = {
    "en": {
        "corrected": "“{}” was read as “{}”.",
        "core": "Searched for “{}”.",
        "must": "“{}” leaves out what is not so: {}.",
        "wish": "“{}” is a wish: {}.",
        "intent": "Intent: {} ({}).",
        "category": "Category: {} ({}).",
        "failed": "The step “{}” could not be run.",
    },
    "zh": {
        "corrected": "“{}”理解为“{}”。",
        "core": "搜索“{}”。",
        "must": "“{}”是硬性条件：{}。",
        "wish": "“{}”是偏好：{}。",
        "intent": "意图：{}（{}）。",
        "category": "分类：{}（{}）。",
        "failed": "步骤“{}”未能执行。",
    },
}
