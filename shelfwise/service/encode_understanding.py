"""What a text means as values for JSON, in the shapes of wire_understanding.py; filters as they are sent in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, get_args

from shelfwise.types import AllOf, And, AnyOf, Exists, Filter, Locale, NoneOf, Not, Or, Range
from shelfwise.understanding.base import CategoryGuess, Constraint, Understanding
from shelfwise.understanding.explain import sentences
from shelfwise.understanding.intent.taxonomy import taxonomy

LOCALES: Final[tuple[Locale, ...]] = get_args(Locale)
SHORT: Final = 3  # intents beside the results of a search


def understanding(u: Understanding, vector: bool = False) -> dict[str, Any]:
    """An `UnderstandOut`."""
    return {
        "original": u.original,
        "text": u.text,
        "language": u.language,
        "core": u.core,
        "rewrite": u.rewrite,
        "corrections": u.corrections,
        "did_you_mean": u.did_you_mean,
        "head": None if u.head is None else {"kind": u.head.kind, "fits": u.head.fits, "confidence": u.head.sure},
        "constraints": list(map(_constraint, u.constraints)),
        "intent": intents(u),
        "category": list(map(_category, u.category)),
        "expansions": u.expansions,
        "dismissed": u.dismissed,
        "steps": [
            {"name": note.step, "ms": note.milliseconds, "changed": note.changed, "confidence": note.confidence}
            for note in u.notes
        ],
        "failed": u.failed,
        "sentences": {locale: sentences(u, locale) for locale in LOCALES},
        "vector": u.vector.tolist() if vector and u.vector is not None else None,
    }


def understood(u: Understanding) -> dict[str, Any]:
    """An `UnderstoodOut`."""
    return {
        "language": u.language,
        "core": u.core,
        "constraints": list(map(_constraint, u.constraints)),
        "intent": intents(u)[:SHORT],
        "category": list(map(_category, u.category)),
        "dismissed": u.dismissed,
    }


def intents(u: Understanding) -> list[dict[str, Any]]:
    """Each intent as an `IntentWire`, the most probable first."""
    known = taxonomy()
    return [
        {
            "name": name,
            "probability": float(probability),
            "label": dict(known[name].label) if name in known else {},
            "search": known[name].search if name in known else True,
        }
        for name, probability in sorted(u.intent.items(), key=lambda item: -item[1])
    ]


def written(filter: Filter) -> dict[str, Any]:
    """A filter as JSON that `parse_filter` reads again.

    >>> written(Range("price", None, 500.0)), written(AnyOf("brand", ("Nova",)))
    ({'price': {'max': 500.0}}, {'brand': {'any': ['Nova']}})
    """
    if isinstance(filter, And):
        return {"and": _all(filter.filters)}
    if isinstance(filter, Or):
        return {"or": _all(filter.filters)}
    if isinstance(filter, Not):
        return {"not": written(filter.filter)}
    if isinstance(filter, Exists):
        return {filter.field: {"exists": True}}
    if isinstance(filter, Range):
        ends = {"min": filter.low, "max": filter.high}
        return {filter.field: {name: end for name, end in ends.items() if end is not None} or ends}
    return {filter.field: {_OPERATORS[type(filter)]: list(filter.values)}}


_OPERATORS: Final = {AnyOf: "any", AllOf: "all", NoneOf: "none"}


def _all(filters: Iterable[Filter]) -> list[dict[str, Any]]:
    return list(map(written, filters))


def _constraint(found: Constraint) -> dict[str, Any]:
    return {
        "kind": found.kind,
        "key": found.key,
        "text": found.text,
        "start": found.start,
        "end": found.end,
        "value": found.value,
        "low": found.low,
        "high": found.high,
        "unit": found.unit,
        "level": found.level,
        "negated": found.negated,
        "confidence": found.confidence,
        "source": found.source,
        "hard": found.hard,
        "consumed": found.consumed,
        "filter": None if found.filter is None else written(found.filter),
    }


def _category(guess: CategoryGuess) -> dict[str, Any]:
    return {"path": guess.path, "key": guess.key, "confidence": guess.confidence}
