"""What the values of a column tell: whether they fit a field, how they are written, what type of attribute they are."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from shelfwise.catalog import values
from shelfwise.catalog.attributes import attribute_key
from shelfwise.catalog.mapping import AttributeRule, Source
from shelfwise.catalog.values import Unusable

MAX_RULES = 400
_ENOUGH = 0.8  # share of the values that must fit
_PREFIXES = ("attr_", "attribute_", "attributes.", "attrs.", "spec_", "specs.", "属性_", "参数_")
_PATHS = (" > ", " / ", "/", "|", "；", ";")
LISTS = ("|", "；", ";", "、", "，", ",")
DATES = (
    "%Y/%m/%d",
    "%Y.%m.%d",
    "%Y年%m月%d日",
    "%d.%m.%Y",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%Y-%m-%d %H:%M",
    "%Y/%m/%d %H:%M",
)
_CENTS = re.compile(r"(cents?|fen|分)$")
_CODE = re.compile(r"(?:price|amount)(?P<code>[a-z]{3})$")
_TAG = re.compile(r"<(p|br|div|ul|li|b|strong|span|h\d)\b[^>]*>", re.I)
_NO_ATTRIBUTE = re.compile(r"url|link|image|img|picture|thumbnail|seo|链接|图片", re.I)


def fits(field: str, sample: Sequence[Any]) -> bool:
    """Whether the values can be what the field wants; a column without values fits by its name alone."""
    read = _CHECKS.get(field)
    return read is None or not sample or share(sample, read) >= _ENOUGH


def guess_source(field: str, column: str, plain: str, sample: Sequence[Any], currency_column: str | None) -> Source:
    """How the field is written in the column."""
    options: dict[str, Any] = {}
    if field in ("price", "list_price"):
        options = {"currency_column": currency_column, "scale": 0.01 if _CENTS.search(plain) else None}
        code = _CODE.search(plain)
        if code and code["code"].upper() in values.CURRENCIES:
            options["currency"] = code["code"].upper()
    elif field == "category":
        options["separator"] = separator(sample, _PATHS)
    elif field in ("tags", "codes", "images"):
        options["separator"] = separator(sample, LISTS)
    elif field in ("released", "updated"):
        options["format"] = _date_format(sample)
    elif field == "description":
        options["html"] = share(sample, _has_tag) > 0.2
    return Source(column=column, **{name: value for name, value in options.items() if value})


def guess_rules(columns: Sequence[str], wrapper: str, samples: dict[str, list[Any]]) -> list[AttributeRule]:
    """A rule for each column that looks like an attribute; one for each known prefix catches those not seen yet."""
    rules = [rule for column in columns if (rule := _rule(column, wrapper, samples[column]))][:MAX_RULES]
    prefixes = [wrapper + prefix for prefix in _PREFIXES]
    found = [prefix for prefix in prefixes if any(column.startswith(prefix) for column in columns)]
    return rules + [AttributeRule(pattern=f"{prefix}*") for prefix in found]


def _rule(column: str, wrapper: str, sample: Sequence[Any]) -> AttributeRule | None:
    name = column.removeprefix(wrapper)
    name = next((name.removeprefix(prefix) for prefix in _PREFIXES if name.startswith(prefix)), name)
    long = sum(isinstance(value, str) and len(value) > 300 for value in sample) > 0.2 * len(sample)
    if not sample or long or "*" in column or _NO_ATTRIBUTE.search(name) or not attribute_key(name):
        return None
    key = "" if attribute_key(column) == attribute_key(name) else attribute_key(name)
    texts = {value for value in sample if isinstance(value, str)}
    if texts and share(sample, values.quantity) == 1 and len({values.quantity(value)[1] for value in sample}) <= 3:
        return AttributeRule(pattern=column, key=key, type="number")
    if texts and share(sample, values.flag) == 1:
        return AttributeRule(pattern=column, key=key, type="boolean")
    identifier = len(sample) >= 20 and len(texts) == len(sample)
    return None if identifier else AttributeRule(pattern=column, key=key)


def share(sample: Sequence[Any], read: Callable[[Any], Any]) -> float:
    """The share of values that can be read."""
    return sum(_reads(value, read) for value in sample) / len(sample) if sample else 0.0


def _reads(value: Any, read: Callable[[Any], Any]) -> bool:
    try:
        read(value)
    except Unusable:
        return False
    return True


def _has_tag(value: Any) -> None:
    if not isinstance(value, str) or not _TAG.search(value):
        raise Unusable(value, "HTML")


def _rating(value: Any) -> None:
    if not 0 <= values.quantity(value)[0] <= 5:
        raise Unusable(value, "a rating")


def _date(value: Any) -> None:
    if _date_format([value]) is None:
        values.time(value)


def separator(sample: Sequence[Any], candidates: Sequence[str]) -> str | None:
    """The first of the marks that many values hold."""
    for mark in candidates:
        if sum(isinstance(value, str) and mark in value for value in sample) > 0.2 * len(sample):
            return mark
    return None


def _date_format(sample: Sequence[Any]) -> str | None:
    """None for ISO 8601, which needs no format."""
    if not sample or share(sample, values.time) >= _ENOUGH:
        return None
    if share(sample, _is_unix) >= _ENOUGH:
        return "unix"
    shares = {format: share(sample, lambda value, f=format: values.time(value, f)) for format in DATES}  # type: ignore[misc]
    best = max(shares, key=shares.__getitem__)
    return best if shares[best] >= _ENOUGH else None


def _is_unix(value: Any) -> None:
    if not 1e8 < values.quantity(value)[0] < 1e10:
        raise Unusable(value, "seconds since 1970")


_CHECKS: dict[str, Callable[[Any], Any]] = {
    "price": values.amount,
    "list_price": values.amount,
    "available": values.flag,
    "stock": values.count,
    "rating": _rating,
    "rating_count": values.count,
    "released": _date,
    "updated": _date,
}
