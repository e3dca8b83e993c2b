"""What a chain of steps did, in words."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Final, Literal, TypeAlias

import numpy as np

from shelfwise.types import Locale
from shelfwise.understanding.base import Constraint, Understanding
from shelfwise.understanding.constraints.naming import name_of
from shelfwise.understanding.intent.taxonomy import taxonomy
from shelfwise.understanding.kinds.heads import Head
from shelfwise.understanding.kinds.lexicon import default_lexicon

FILE: Final = Path(__file__).with_name("data") / "words.toml"
Words: TypeAlias = Mapping[str, Mapping[str, Mapping[Locale, str]]]  # group → name → language → text


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


def _head(u: Understanding) -> Told:
    if u.head is None:
        return "", None
    name, fits = _called(u.head, "en")
    return f"{name} for {fits}" if fits else name, u.head.sure


def _called(head: Head, locale: Locale) -> tuple[str, str]:
    """What people call the thing asked for, and what it is made for."""
    name = default_lexicon().name
    return name(head.kind, locale), ", ".join(name(one, locale) for one in head.fits)


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
    "text": lambda u: ("" if u.text == u.original else u.text, None),
    "language": _plain("language"),
    "corrections": _corrections,
    "did_you_mean": _plain("did_you_mean"),
    "constraints": _constraints,
    "core": lambda u: ("" if u.core == u.text else u.core, None),
    "rewrite": _plain("rewrite"),
    "tokens": lambda u: (" ".join(token.text for token in u.tokens.words), None),
    "head": _head,
    "intent": _intent,
    "category": _category,
    "expansions": lambda u: (", ".join(f"{e.words} → {e.other}" for e in u.expansions), None),
    "vector": lambda u: ("" if u.vector is None else f"{len(u.vector)} numbers", None),
}


@cache
def words() -> Words:
    """How findings are told: the kinds of constraints, the names of their values, and a sentence for each finding."""
    return tomllib.loads(FILE.read_text("utf-8"))


def describe(constraint: Constraint, locale: Locale = "en") -> str:
    """A constraint in a few words.

    >>> describe(Constraint("price", "under 500 yuan", 0, 14, high=500, unit="CNY"))
    'price ≤ 500 CNY'
    >>> describe(Constraint("brand", "not hp", 0, 6, "hp", negated=True))
    'brand not hp'
    """
    parts = (named(constraint, locale), bounds(constraint), constraint.unit)
    template = words()["sentences"]["is_not" if constraint.negated else "is"][locale]
    value = " ".join(part for part in parts if part)
    return template.format(kind=words()["kinds"][constraint.kind][locale], value=value).rstrip()


def named(constraint: Constraint, locale: Locale) -> str:
    """What a constraint asks for, without its bounds: its level or value, by name where that has one.

    >>> named(Constraint("sort", "cheapest", 0, 8, "price"), "zh")
    '价格从低到高'
    >>> named(Constraint("colour", "scarlet", 0, 7, "red"), "zh")
    '红色'
    """
    group = {"sort": "orders", "role": "roles"}.get(constraint.kind, "levels")
    asked = constraint.value or constraint.level
    told = words()[group].get(asked, {}).get(locale)
    return told or name_of(constraint.kind, asked, locale)


def bounds(constraint: Constraint, number: Callable[[float], str] = "{:.12g}".format) -> str:
    """The bounds of a constraint, "" where it has none.

    >>> bounds(Constraint("size", "55 to 65 inch", 0, 13, low=55, high=65, unit="inch"))
    '55–65'
    """
    low, high = constraint.low, constraint.high
    if low is not None and high is not None:
        return number(low) if low == high else f"{number(low)}–{number(high)}"
    return f"≥ {number(low)}" if low is not None else f"≤ {number(high)}" if high is not None else ""


def sentences(u: Understanding, locale: Locale, softened: Collection[str] = ()) -> list[str]:
    """The whole of what was understood, a sentence a finding, in the reader's language.

    softened: texts of hard constraints that would have left nothing over (`Relaxation.dropped` of "constraint").

    >>> sentences(Understanding("x", core="laptop"), "en")
    ['Searched for “laptop”.']
    """
    return [words()["sentences"][key][locale].format(**values) for key, values in _findings(u, locale, softened)]


def sentence(constraint: Constraint, locale: Locale, softened: Collection[str] = ()) -> str:
    """One constraint as a sentence.

    >>> sentence(Constraint("price", "cheap", 0, 5, level="low"), "en")
    '“cheap” is a wish; what fits stands higher: price low.'
    """
    return words()["sentences"][firm(constraint, softened)][locale].format(
        text=constraint.text, told=describe(constraint, locale)
    )


Finding: TypeAlias = tuple[str, Mapping[str, str]]  # the sentence's name, what is filled in


def _findings(u: Understanding, locale: Locale, softened: Collection[str]) -> Iterator[Finding]:
    for correction in u.corrections:
        yield "corrected", {"original": correction.original, "read": correction.corrected}
    for key, text in (("offered", u.did_you_mean), ("core", u.core), ("rewrite", u.rewrite)):
        if text:
            yield key, {"text": text}
    if u.head is not None:
        name, fits = _called(u.head, locale)
        yield ("head_fits" if fits else "head"), {"name": name, "fits": fits}
    for constraint in u.constraints:
        yield firm(constraint, softened), {"text": constraint.text, "told": describe(constraint, locale)}
    for key in u.dismissed:
        yield "dismissed", {"text": key.partition(":")[2] or key}
    yield from _meanings(u, locale)
    for expansion in u.expansions:
        values = {"words": expansion.words, "other": expansion.other}
        yield "expansion" if expansion.approved else "unapproved", values
    for step in u.failed:
        yield "failed", {"step": step}


def _meanings(u: Understanding, locale: Locale) -> Iterator[Finding]:
    if u.intent:
        name, sure = max(u.intent.items(), key=lambda item: item[1])
        known = taxonomy().get(name)
        label = known.label[locale] if known else name
        yield "intent" if known is None or known.search else "no_search", {"label": label, "sure": f"{sure:.0%}"}
    if u.category:
        best = u.category[0]
        yield "category", {"path": " > ".join(best.path), "sure": f"{best.confidence:.0%}"}


def firm(constraint: Constraint, softened: Collection[str] = ()) -> Literal["must", "wish", "softened"]:
    """How firmly a constraint holds: it leaves out, it prefers, or it only prefers since it would have left nothing."""
    if constraint.text in softened:
        return "softened"
    return "must" if constraint.hard else "wish"
