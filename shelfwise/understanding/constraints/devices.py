"""The name of a device: a brand, a series, model numbers and a kind of device in this order, some of them left out.

华为P40      huawei p40
iphone13     iphone 13
dell laptop  dell laptop
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Final

from shelfwise.understanding.constraints.context import Context
from shelfwise.understanding.constraints.lexicon import Entry, Found, Lexicon, lexicon
from shelfwise.understanding.constraints.text import Text, Unit
from shelfwise.understanding.kinds.lexicon import default_lexicon

FILE: Final = "devices.toml"
_MODEL: Final = re.compile(
    r"\d{1,5}[a-z]{0,4}|[a-z]{1,4}\d{1,5}(?:[a-z]{1,4}\d{0,4})?|pro|max|plus|mini|ultra|air|se|fe|lite|note"
    r"|fold|flip|xr?|xs|series|gen|generation|mark|ii|iii|iv|neo|promax|ti|d|mkii|tab|watch|buds"
    r"|青春版|mate|nova"
)
_MEASURE: Final = re.compile(
    r"\.\d|[ -]?(?:inch|in(?![a-z])|\"|gb|tb|g(?![a-z])|w(?![a-z])|v(?![a-z])|mah|m(?![a-z])"
    r"|cm|mm|pack|pcs|pairs?|ft|元|块|寸|米|英寸|[个条根件只片张套以]|usd|dollars?|pounds?|bucks)"
)
_MEASURED: Final = re.compile(r"\d+(?:m|cm|mm|w|v|gb|tb|g|inch|ft|mah|pcs|pack)")
_SUPPLIES: Final = "tn|dr|lc|cf|ce|clt|mlt|pgi|cli|pg|cl"  # codes of cartridges, not of printers
_HYPHENED: Final = re.compile(rf"(?!(?:{_SUPPLIES})-)[a-z]{{1,4}}-[a-z]?\d{{2,5}}[a-z]{{0,4}}(?![a-z0-9])")
_CODE: Final = re.compile(r"[a-z]{1,5}-?[a-z]?\d{2,5}[a-z]{0,4}")
_TYPE: Final = "pro|max|plus|mini|ultra"
_APPLE: Final = re.compile(rf"\d{{1,2}}(?:{_TYPE})*")  # 苹果15promax
_PARTS: Final = re.compile(rf"(?<=\d)(?={_TYPE})|(?<=pro)(?=max)|(?<=mini|mate|nova|note)(?=\d)")
_DEVICE_ZH: Final = re.compile(r"(?<=.)\s*(?:手机|电脑|平板|笔记本|打印机|相机)$")


@dataclass(frozen=True, slots=True)
class Name:
    """The name of a device: text[start:end], units up to `last`. sure: more than a brand was named."""

    value: str
    start: int
    end: int
    last: int
    sure: bool


class Names:
    """Finds the names of devices in one text."""

    def __init__(self, context: Context, names: Lexicon) -> None:
        self._context = context
        self._brands = {f.first: f for f in names.find(context.text) if any(e.kind == "brand" for e in f.entries)}
        self._series = {found.first: found for found in series().find(context.text)}

    def at(self, first: int) -> Name | None:
        """The name that begins with a unit."""
        reading = _Reading(self._context, self._brands, self._series, first, first)
        while reading.more():
            pass
        reading.device()
        units = self._context.text.units
        if not reading.parts:
            return None
        value = _PARTS.sub(" ", " ".join(reading.parts))
        return Name(value, units[first].start, units[reading.at - 1].end, reading.at, reading.sure)

    def code(self, first: int) -> Name | None:
        """A model number alone (mfc-l2700dw)."""
        units = self._context.text.units
        found = _CODE.match(self._context.text.text, units[first].start)
        if found is None:
            return None
        return Name(found[0], *found.span(), _after(units, first, found.end()), True)


@dataclass
class _Reading:
    """A name as far as it is read: units[first:at]."""

    context: Context
    brands: Mapping[int, Found]
    series: Mapping[int, Found]
    first: int
    at: int
    sure: bool = False
    parts: list[str] = field(default_factory=list)

    def more(self) -> bool:
        """Reads one more part; False where the name ends."""
        units, text = self.context.text.units, self.context.text.text
        if self.at >= len(units) or not (self.at == self.first or _adjacent(units[self.at - 1], units[self.at], text)):
            return False
        unit = units[self.at]
        found = self.series.get(self.at) or (None if self.parts else self.brands.get(self.at))
        if found is not None:
            self.sure = self.sure or self.at in self.series
            return self._read(_value(found), found.last)
        split = _joined().fullmatch(unit.text)
        if split is not None and split[1] not in self.parts:
            self.sure = True
            return self._read(f"{split[1]} {split[2]}", self.at + 1)
        return bool(self.parts) and self._model(unit, text)

    def _model(self, unit: Unit, text: str) -> bool:
        code = _HYPHENED.match(text, unit.start)
        if code is not None:  # et-2720
            self.sure = True
            return self._read(code[0], _after(self.context.text.units, self.at, code.end()))
        if self.parts == ["apple"] and _APPLE.fullmatch(unit.text) and not _MEASURE.match(text, unit.end):
            self.parts, self.sure = ["iphone"], True
        elif not _is_model(unit, text):
            return False
        self.sure = self.sure or not unit.text.isdigit()  # hp 301 may be what is sold
        return self._read(unit.text, self.at + 1)

    def _read(self, part: str, at: int) -> bool:
        self.parts.append(part)
        self.at = at
        return True

    def device(self) -> None:
        """Reads the kind of device behind a brand or a model (小米手机); it is named where no model is."""
        units, text = self.context.text.units, self.context.text.text
        if not self.parts or self.at >= len(units) or not _adjacent(units[self.at - 1], units[self.at], text):
            return
        for start, end, kind in self.context.mentions:
            if start == units[self.at].start and kind not in self.context.kinds.accessories:
                typed = text[start:end]
                named = [] if self.sure else [typed if typed.isascii() else english_names().get(kind, typed)]
                self.parts += named
                self.at, self.sure = _after(units, self.at, end), True
                return


def _after(units: Sequence[Unit], at: int, end: int) -> int:
    """The first unit behind a place."""
    return next((place for place in range(at, len(units)) if units[place].start >= end), len(units))


def _is_model(unit: Unit, text: str) -> bool:
    """Whether a word is part of a device's name: s21, pro, 1020; not 2m, or the 10 of `10 inch`."""
    measure = _MEASURE.match(text, unit.end) or _MEASURED.fullmatch(unit.text)
    return _MODEL.fullmatch(unit.text) is not None and not measure


def _adjacent(one: Unit, other: Unit, text: str) -> bool:
    return text[one.end : other.start] in ("", " ", "-")


def _value(found: Found) -> str:
    return next(entry.value for entry in found.entries if entry.kind in ("brand", "model"))


def canonical_device(name: str) -> str:
    """One spelling of a device's name: English, without a brand that its series says, or a kind that its model says.

    >>> canonical_device("Apple iPhone 11"), canonical_device("华为 P40 手机"), canonical_device("xiaomi phone")
    ('iphone 11', 'huawei p40', 'xiaomi')
    """
    whole = series().known("model", name)
    if whole is not None:
        return whole
    text = Text.of(_PARTS.sub(" ", _DEVICE_ZH.sub("", name.casefold())))
    known = {one.first: one for one in series().find(text)}
    brands = {one.first: one for one in lexicon().find(text)}
    parts: list[str] = []
    at = 0
    while at < len(text.units):
        found = known.get(at) or brands.get(at)
        values = [entry.value for entry in found.entries if entry.kind in ("brand", "model")] if found else []
        if found is not None and values:
            parts += values[:1] if at in known or not known else []
        else:
            parts.append(text.units[at].text)
        at = found.last if found is not None and values else at + 1
    generic = len(parts) > 1 and parts[-1] in english_names().values()
    return " ".join(parts[:-1] if generic else parts)


@cache
def series() -> Lexicon:
    """The series of devices that are known by name."""
    made = Lexicon()
    for name, value in _names().items():
        made.add(name, Entry("model", value))
    return made


@cache
def _joined() -> re.Pattern[str]:
    """A series with its model: iphone13."""
    latin = sorted((name for name in _names() if name.isascii() and name.isalpha()), key=len, reverse=True)
    return re.compile(rf"({'|'.join(latin)})(\d+[a-z]*)")


def _names() -> dict[str, str]:
    file = resources.files("shelfwise.understanding.constraints") / "data" / FILE
    data = tomllib.loads(file.read_text("utf-8"))["names"]
    return {name: value for value, names in data.items() for name in (value, *names)}


@cache
def english_names() -> dict[str, str]:
    """Kind → its first English name; the lexicon of kinds knows kinds by stems."""
    file = resources.files("shelfwise.understanding.kinds") / "data" / "kinds.txt"
    names = (line.split(",")[0].split("<")[0].strip() for line in file.read_text("utf-8").splitlines())
    kinds = ((default_lexicon().kind(name), name) for name in names if name.isascii() and name[:1].isalpha())
    return {kind: name for kind, name in reversed(list(kinds)) if kind is not None}
