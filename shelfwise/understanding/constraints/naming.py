"""What a canonical value is called by people of a language: one of its names there, from data/*.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources

from shelfwise.types import Locale
from shelfwise.understanding.constraints.lexicon import FILES, SECTIONS
from shelfwise.understanding.constraints.text import IS_HAN


def name_of(kind: str, value: str, locale: Locale) -> str:
    """The name of a constraint's value; the value itself where there is no other.

    >>> name_of("colour", "red", "zh"), name_of("colour", "red", "en"), name_of("brand", "tn-2110", "zh")
    ('红色', 'red', 'tn-2110')
    """
    return _chinese().get((kind, value), value) if locale == "zh" else value


@cache
def _chinese() -> Mapping[tuple[str, str], str]:
    """Kind and value → the first name in Chinese of at least two characters; of colours, shades come in any order, so
    that the shortest is the plain one."""
    folder = resources.files("shelfwise.understanding.constraints") / "data"
    found: dict[tuple[str, str], str] = {}
    for file, kind in FILES.items():
        data = tomllib.loads((folder / file).read_text("utf-8"))
        for section in SECTIONS:
            for value, names in data.get(section, {}).items():
                key = (kind, value if kind == "brand" else value.replace("-", " "))
                chinese = [name.removeprefix("给") for name in names if len(name) > 1 and IS_HAN.match(name)]
                if chinese:
                    found.setdefault(key, min(chinese, key=len) if kind == "colour" else chinese[0])
    return found
