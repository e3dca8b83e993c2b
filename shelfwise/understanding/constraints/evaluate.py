"""How often the constraints of a query are read exactly: the whole list, and each kind by itself.

A query counts when its list is exact: every labelled constraint is found, and nothing else is, readings that a label
allows (`may`) apart. Of the constraints of a kind, with tp found and right, fp found and wrong, fn not found:

    precision = tp / (tp + fp), recall = tp / (tp + fn), f1 = 2 tp / (2 tp + fp + fn)

Kinds other than COUNTED are passed over. Compared are kind, value, low, high, unit, level and negated; a value by its
canonical name, so that a label may use any name that the lexicon has.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias, get_args

import orjson

from shelfwise.errors import InputError
from shelfwise.understanding.base import Constraint, Kind
from shelfwise.understanding.constraints.devices import canonical_device
from shelfwise.understanding.constraints.lexicon import lexicon
from shelfwise.understanding.constraints.patterns import LETTERS

COUNTED: Final[frozenset[str]] = frozenset(get_args(Kind)) - {"product", "model", "feature"}
FIELDS: Final[Mapping[str, type | tuple[type, ...]]] = {
    "kind": str,
    "value": str,
    "low": (int, float),
    "high": (int, float),
    "unit": str,
    "level": str,
    "negated": bool,
}
Key: TypeAlias = tuple[str, str, float | None, float | None, str, str, bool]


@dataclass(frozen=True, slots=True)
class ConstraintQuery:
    """A labelled query: what must be found, and what may be."""

    text: str
    language: str
    constraints: tuple[Constraint, ...]
    may: tuple[Constraint, ...] = ()


def read_constraint_queries(path: Path) -> list[ConstraintQuery]:
    """Labelled queries, one JSON object a line: `text`, `language`, `constraints`, perhaps `may`.

    Raises InputError naming file, line and field.
    """
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error}.") from error
    return [_query(line, f"{path}:{number}") for number, line in enumerate(lines, 1) if line.strip()]


def _query(line: bytes, place: str) -> ConstraintQuery:
    try:
        row = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise InputError(f"{place}: no JSON: {error}.") from error
    if not isinstance(row, dict):
        raise InputError(f"{place}: found {type(row).__name__}, expected an object.")
    unknown = set(row) - {"text", "language", "constraints", "may"}
    if unknown:
        raise InputError(f"{place}: unknown field {min(unknown)!r}, expected text, language, constraints, may.")
    text, language = row.get("text"), row.get("language")
    if not isinstance(text, str) or not text:
        raise InputError(f"{place}: text: found {text!r}, expected a text.")
    if language not in ("en", "zh"):
        raise InputError(f"{place}: language: found {language!r}, expected en or zh.")
    given = {name: row.get(name, []) for name in ("constraints", "may")}
    read = {name: _constraints(value, text, f"{place}: {name}") for name, value in given.items()}
    return ConstraintQuery(text, language, read["constraints"], read["may"])


def _constraints(given: Any, text: str, place: str) -> tuple[Constraint, ...]:
    if not isinstance(given, list):
        raise InputError(f"{place}: found {given!r}, expected a list.")
    return tuple(_constraint(one, text, f"{place}[{number}]") for number, one in enumerate(given))


def _constraint(given: Any, text: str, place: str) -> Constraint:
    if not isinstance(given, dict):
        raise InputError(f"{place}: found {given!r}, expected an object.")
    for name, value in given.items():
        if name not in FIELDS:
            raise InputError(f"{place}: unknown field {name!r}, expected one of {', '.join(FIELDS)}.")
        if value is None and name in ("low", "high"):
            continue
        if not isinstance(value, FIELDS[name]) or (isinstance(value, bool) and name != "negated"):
            raise InputError(f"{place}.{name}: found {value!r}, expected another type.")
    if given.get("kind") not in get_args(Kind):
        raise InputError(f"{place}.kind: found {given.get('kind')!r}, expected one of {', '.join(get_args(Kind))}.")
    return Constraint(text=text, start=0, end=0, **given)


def exact_match(queries: Sequence[ConstraintQuery], read: Callable[[str], Sequence[Constraint]]) -> dict[str, Any]:
    """Scores of a reader of queries: the shares of queries read exactly, and counts by kind; all of it is JSON.

    exact_match_en and exact_match_zh are None without queries of the language.
    """
    exact: dict[str, list[bool]] = defaultdict(list)
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    failures: list[dict[str, Any]] = []
    for query in queries:
        missing, wrong, right = compare(query, read(query.text))
        exact[query.language].append(not missing and not wrong)
        for name, keys in (("tp", right), ("fn", missing), ("fp", wrong)):
            for key in keys:
                counts[key[0]][name] += 1
        if missing or wrong:
            failures.append({"text": query.text, "missing": _shown(missing), "wrong": _shown(wrong)})
    every = [one for of_language in exact.values() for one in of_language]
    return {
        "queries": len(queries),
        "exact_match": _share(every),
        "exact_match_en": _share(exact["en"]),
        "exact_match_zh": _share(exact["zh"]),
        **scores(sum(counts.values(), Counter())),
        "kinds": {kind: scores(counts[kind]) for kind in sorted(counts)},
        "failures": failures,
    }


def compare(query: ConstraintQuery, found: Sequence[Constraint]) -> tuple[list[Key], list[Key], list[Key]]:
    """What is missing, what is wrong and what is right, each in a fixed order."""
    wanted = {key(one) for one in query.constraints if one.kind in COUNTED}
    allowed = {key(one) for one in query.may}
    got = {key(one) for one in found if one.kind in COUNTED}
    return [sorted(keys, key=repr) for keys in (wanted - got, got - wanted - allowed, wanted & got)]  # type: ignore[return-value]


def key(one: Constraint) -> Key:
    """What is compared of a constraint.

    >>> key(Constraint("colour", "navy", 0, 4, "navy")) == key(Constraint("colour", "藏青", 0, 2, "blue"))
    True
    """
    value = _canonical(one.kind, " ".join(one.value.casefold().split()))
    return one.kind, value, one.low, one.high, one.unit.casefold(), one.level, one.negated


def _canonical(kind: str, value: str) -> str:
    """One name of what a value means; orders other than that of price have one direction only."""
    if kind == "size":
        return LETTERS.get(value, value)
    if kind == "compatible":
        return canonical_device(value)
    known = lexicon().canonical(kind, value)
    return known.removeprefix("-") if kind == "sort" and known != "-price" else known


def scores(counts: Mapping[str, int]) -> dict[str, float | int | None]:
    """Precision, recall and f1 of counts of tp, fp and fn; None where there is nothing to count.

    >>> scores({"tp": 3, "fp": 1, "fn": 0})
    {'precision': 0.75, 'recall': 1.0, 'f1': 0.8571428571428571, 'tp': 3, 'fp': 1, 'fn': 0}
    """
    tp, fp, fn = (counts.get(name, 0) for name in ("tp", "fp", "fn"))
    return {
        "precision": tp / (tp + fp) if tp + fp else None,
        "recall": tp / (tp + fn) if tp + fn else None,
        "f1": 2 * tp / (2 * tp + fp + fn) if tp + fp + fn else None,
        **{"tp": tp, "fp": fp, "fn": fn},
    }


def _share(hits: Sequence[bool]) -> float | None:
    return sum(hits) / len(hits) if hits else None


def _shown(keys: Sequence[Key]) -> list[dict[str, Any]]:
    names = ("kind", "value", "low", "high", "unit", "level", "negated")
    return [{name: one[at] for at, name in enumerate(names) if one[at] not in ("", None, False)} for one in keys]
