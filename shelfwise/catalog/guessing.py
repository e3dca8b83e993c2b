"""A first mapping for a feed, from the names of its columns and what stands in them. Meant to be read and edited."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from importlib import resources
from itertools import islice
from pathlib import Path
from typing import Any

from shelfwise.catalog.base import Row
from shelfwise.catalog.feeds import open_reader
from shelfwise.catalog.guessing_values import fits, guess_rules, guess_source
from shelfwise.catalog.mapping import PRESETS, FeedMapping, preset

SAMPLE_ROWS = 200

_FILE = resources.files("shelfwise.catalog") / "column_names.toml"
_NAMES = {field: likely.split() for field, likely in tomllib.loads(_FILE.read_text("utf-8")).items()}
_LANGUAGES = {"en": ("en", "english", "英文"), "zh": ("zh", "cn", "zhcn", "chinese", "中文")}


def mapping_for(path: Path, currency: str = "CNY") -> FeedMapping:
    """The ready mapping of the feed's format, or a guess, which may have found no id or title."""
    format, reader = open_reader(path)
    if format in PRESETS:
        return preset(format)
    rows = [row for row in islice(reader.rows(path), SAMPLE_ROWS) if isinstance(row, Row)]
    return guess(reader.columns(path), [row.values for row in rows], currency)


def guess(columns: Sequence[str], rows: Sequence[Mapping[str, Any]], currency: str = "CNY") -> FeedMapping:
    """A mapping for columns with such rows; what is no field becomes an attribute.

    >>> print(guess(["货号", "标题", "价格"], [{"货号": "a1", "标题": "耳机", "价格": "99"}]).to_toml())
    currency = "CNY"
    <BLANKLINE>
    [fields]
    id = "货号"
    title = "标题"
    price = "价格"
    <BLANKLINE>
    """
    samples = {column: [row[column] for row in rows if row.get(column) not in (None, "")] for column in columns}
    wrapper = _wrapper(columns)
    names = {column: plain(column.removeprefix(wrapper)) for column in columns}
    texts = _texts(columns, names)
    chosen = choose([column for column in columns if column not in texts], names, samples)
    main = None
    tables: dict[str, dict[str, str]] = {}
    for column, (field, language) in texts.items():
        tables.setdefault(language, {})[field] = column
    if "title" not in chosen and (main := next((each for each in tables if "title" in tables[each]), None)):
        chosen |= {field: [column] for field, column in tables.pop(main).items()}
    money = next((column for column in columns if names[column] in _CURRENCY), None)
    fields = {
        field: tuple(guess_source(field, column, names[column], samples[column], money) for column in found)
        for field, found in chosen.items()
    }
    used = {*texts, money, *(column for found in chosen.values() for column in found)}
    return FeedMapping.model_validate(
        {
            "language": main,
            "currency": currency,
            "fields": fields,
            "translations": {language: table for language, table in tables.items() if "title" in table},
            "attributes": guess_rules([column for column in columns if column not in used], wrapper, samples),
        }
    )


def _wrapper(columns: Sequence[str]) -> str:
    """The prefix "outer." of an object that holds most columns."""
    outer = Counter(column.split(".")[0] + "." for column in columns if "." in column)
    name, times = outer.most_common(1)[0] if outer else ("", 0)
    return name if times * 2 > len(columns) else ""


def plain(column: str) -> str:
    """A column's name as lists of names have it: small letters, no spaces, dashes and underscores."""
    return re.sub(r"[\W_]+", "", column.lower())


def _texts(columns: Sequence[str], names: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """Columns that hold a text in a named language: column → field and language."""
    out: dict[str, tuple[str, str]] = {}
    for column in columns:
        for language, marks in _LANGUAGES.items():
            mark = next((mark for mark in marks if names[column].endswith(mark)), None)
            if mark is not None and (field := _TEXT_FIELDS.get(names[column].removesuffix(mark))):
                out[column] = (field, language)
    return out


def choose(
    columns: Sequence[str],
    names: Mapping[str, str],
    samples: Mapping[str, Sequence[Any]],
    *,
    known: Mapping[str, Sequence[str]] = _NAMES,
    fits: Callable[[str, Sequence[Any]], bool] = fits,
    several: Collection[str] = ("codes", "images"),
) -> dict[str, list[str]]:
    """Field → columns: the surest name that is there and whose values fit; every fitting one for the fields `several`.

    names: column → its plain name. known: field → names that columns of it have, the surest first.
    """
    by_name: dict[str, list[str]] = {}
    for column in columns:
        by_name.setdefault(names[column], []).append(column)
    chosen: dict[str, list[str]] = {}
    taken: set[str] = set()
    for field, likely in known.items():
        fitting = [
            column
            for name in likely
            for column in by_name.get(name, ())
            if column not in taken and fits(field, samples[column])
        ]
        if fitting:
            chosen[field] = fitting if field in several else fitting[:1]
            taken.update(chosen[field])
    return chosen


_CURRENCY = ("currency", "currencycode", "pricecurrency", "币种", "货币")
_TEXT_FIELDS = {name: field for field in ("title", "description", "category") for name in _NAMES[field]}
