"""The columns of a row that are attributes, by the rules of a mapping."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any

from shelfwise.catalog import values
from shelfwise.catalog.mapping import AttributeRule
from shelfwise.catalog.values import Unusable
from shelfwise.types import Attribute

MAX_ATTRIBUTES = 2_000
MAX_KEY = 200
MAX_VALUE = 10_000
_AS_TEXT = ("auto", "text")
_AS_NUMBER = ("auto", "number")


class AttributeReader:
    """Reads attributes; `used` are columns that patterns pass over because they are fields already."""

    def __init__(self, rules: tuple[AttributeRule, ...], used: Collection[str] = ()) -> None:
        self._rules = [(re.compile(_regex(rule.pattern)), rule) for rule in rules]
        self._known: dict[str, tuple[str, AttributeRule] | None] = dict.fromkeys(used)

    @classmethod
    def of_everything(cls) -> AttributeReader:
        """One that takes every column."""
        return cls((AttributeRule(pattern="*"),))

    def read(self, row: Mapping[str, Any]) -> dict[str, Attribute]:
        """The attributes of a row, in its order; of two with one key the first counts.

        Raises Unusable when there are more than MAX_ATTRIBUTES, or one is too long.
        """
        out: dict[str, Attribute] = {}
        if not self._rules:
            return out
        if len(row) > MAX_ATTRIBUTES + 100:
            raise Unusable(f"{len(row):,} columns", f"at most {MAX_ATTRIBUTES:,} attributes")
        known = self._known
        for column, value in row.items():
            if value is None or value == "":
                continue
            found = known[column] if column in known else self._learn(column)
            if found is not None and found[0] not in out:
                attribute = _attribute(value, found[1])
                if attribute is not None:
                    out[found[0]] = attribute
        if len(out) > MAX_ATTRIBUTES:
            raise Unusable(f"{len(out):,} attributes", f"at most {MAX_ATTRIBUTES:,} attributes")
        return out

    def _learn(self, column: str) -> tuple[str, AttributeRule] | None:
        found = None
        for pattern, rule in self._rules:
            if match := pattern.fullmatch(column):
                part = match[1] if match.groups() else column
                key = attribute_key(rule.key.replace("*", part) if rule.key else part)
                if len(key) > MAX_KEY:
                    raise Unusable(key, f"an attribute name of at most {MAX_KEY} characters")
                found = (key, rule) if key else None
                break
        if len(self._known) < 100_000:  # a feed may invent a new column on every row
            self._known[column] = found
        return found


def attribute_key(name: str) -> str:
    """A name as attributes are called: small letters, digits and single underscores; Chinese stays as it is.

    >>> attribute_key("Screen Size (inch)"), attribute_key("屏幕 尺寸")
    ('screen_size_inch', '屏幕_尺寸')
    """
    return re.sub(r"[\W_]+", "_", name.lower()).strip("_")


def _regex(pattern: str) -> str:
    before, star, after = pattern.partition("*")
    return re.escape(before) + ("(.*)" if star else "") + re.escape(after)


def _attribute(value: Any, rule: AttributeRule) -> Attribute | None:
    """The typed value; None when there is none, as with the NaN that Parquet has for empty cells."""
    kind = type(value)
    if kind is str and rule.type in _AS_TEXT and value.isprintable() and len(value) <= MAX_VALUE:  # nearly all are
        value = value.strip()
        return Attribute(value, rule.unit) if value else None
    if kind is float and rule.type in _AS_NUMBER and math.isfinite(value):
        return Attribute(value, rule.unit)
    if isinstance(value, float | Decimal) and not math.isfinite(value):
        return None
    typed = _typed(value, rule)
    if typed is not None:
        return typed
    if rule.type == "list" or isinstance(value, list | tuple):
        found = values.texts(value, MAX_VALUE, rule.separator)
        return Attribute(found, rule.unit) if found else None
    text = str(value).lower() if isinstance(value, bool) else values.text(value, MAX_VALUE)
    return Attribute(text, rule.unit) if text else None


def _typed(value: Any, rule: AttributeRule) -> Attribute | None:
    """A number or yes/no where the rule or the feed says so; None when the value is not of that type."""
    auto = rule.type == "auto"
    try:
        if rule.type == "boolean" or (auto and isinstance(value, bool)):
            return Attribute(values.flag(value))
        if rule.type == "number" or (auto and isinstance(value, int | float | Decimal)):
            number, unit = values.quantity(value)
            return Attribute(number, unit or rule.unit)
    except Unusable:
        pass
    return None
