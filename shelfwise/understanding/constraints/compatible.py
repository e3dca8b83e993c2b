"""What the goods must fit: "case for iPhone 11", 苹果手机的充电线, 适用华为P40, "toner for HP LaserJet 1020".

The name of a device is a brand, a series, model numbers and a kind of device in this order, some of them left out. It
is what the goods must fit when `for`, 适用 … stand before it, or when an accessory is named behind it.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final

from shelfwise.understanding.base import Constraint
from shelfwise.understanding.constraints.context import Context
from shelfwise.understanding.constraints.lexicon import Entry, Found, Lexicon, lexicon
from shelfwise.understanding.constraints.text import Text, Unit
from shelfwise.understanding.kinds.lexicon import Lexicon as Kinds
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
_FITS: Final = re.compile(
    r"(?<![a-z])(?:compatible (?:with|for)|(?<!looking )(?<!search )(?<!searching )(?<!shopping )(?<!hunting )"
    r"(?<!hunt )(?<!market )(?<!look )for|fit(?:s|ting)?(?: for)?|suitable for|works? with|working with"
    r"|designed for|made for|support(?:s|ing)?|pairs? with|connects? to|to charge|charges?)"
    r" (?:(?:my|the|an?|your|our|new|old|use with|use on) )*$|(?:适用于?|兼容|适配|匹配|支持"
    r"|适合|用于|可用于|能用于|配|给)(?:我的?|新|老|旧)*$"
)
_FITS_AFTER: Final = re.compile(
    r"(?:手机|平板|电脑)?(?:能用|可用|专用|适用|通用|用|可以用|可以充|兼容)的?(?!户)| compatible(?![a-z])"
)
_CUE_CODE: Final = re.compile(
    r"(?<![a-z])(?:compatible with|for|fits?|works with) (?:(?:my|the|an?) )?$|(?:适用于?|兼容|适配)$"
)
_CODE: Final = re.compile(r"[a-z]{1,5}-?[a-z]?\d{2,5}[a-z]{0,4}")
ALWAYS: Final = (  # accessories whatever they are for
    *("screen protector", "cable", "charger", "wireless charger", "adapter", "power adapter", "toner", "ink cartridge"),
    *("drum", "cartridge", "privacy filter", "keyboard cover", "lens cap", "earpads"),
)
NEVER: Final = (  # goods by themselves
    *("backpack", "briefcase", "paper", "label", "memory", "warranty", "license", "shelf", "bulb", "power bank"),
    "gasket",
)
_OF_DEVICE: Final = re.compile("手机|平板|笔记本|相机|手表")  # 小米13手机膜
_DEVICE_ZH: Final = re.compile(r"(?<=.)\s*(?:手机|电脑|平板|笔记本|打印机|相机)$")
_FILM: Final = frozenset({"膜", "贴膜", "保护膜"})  # for eyes and faces as well
_SUIT: Final = re.compile("[装餐房件]")


class Devices:
    """Reads the names of devices that goods are made for."""

    def __init__(self, brands: Lexicon, kinds: Kinds) -> None:
        self._brands = brands
        self._always, self._never = (frozenset(map(kinds.kind, names)) for names in (ALWAYS, NEVER))
        self._series = _series()
        latin = sorted((name for name in _names() if name.isascii() and name.isalpha()), key=len, reverse=True)
        self._joined = re.compile(rf"({'|'.join(latin)})(\d+[a-z]*)")

    def __call__(self, context: Context) -> Iterator[Constraint]:
        """What the goods must fit, and whether they are an accessory; places in the context's text."""
        fits = list(self._compatible(context))
        yield from fits
        role = self._role(context, bool(fits))
        if role is not None:
            yield role

    def _compatible(self, context: Context) -> Iterator[Constraint]:
        text, units = context.text.text, context.text.units
        named = _Named(
            context,
            {one.first: one for one in self._brands.find(units, text) if any(e.kind == "brand" for e in one.entries)},
            {one.first: one for one in self._series.find(units, text)},
            self._joined,
        )
        at = 0
        while at < len(units):
            name = named.at(at)
            if name is not None and (start := _begins(name, context, self._never)) is not None:
                end = name.end
                yield Constraint("compatible", text[start:end], start, end, value=name.value, confidence=0.9)
            at = at + 1 if name is None else name.last

    def _role(self, context: Context, fits: bool) -> Constraint | None:
        head = context.head
        if head is None or head.kind not in context.kinds.accessories or head.kind in self._never:
            return None
        text = context.text.text[head.start : head.end]
        if not (head.fits or fits or (head.kind in self._always and len(text) > 1 and text not in _FILM)):
            return None
        if context.negated_from(head.start) is not None or (
            len(text) == 1 and _SUIT.match(context.text.text, head.end)
        ):
            return None
        return Constraint("role", text, head.start, head.end, value="accessory", confidence=0.9)


@dataclass(frozen=True, slots=True)
class Name:
    """The name of a device: text[start:end], units up to `last`. sure: more than a brand was named."""

    value: str
    start: int
    end: int
    last: int
    sure: bool


@dataclass(frozen=True, slots=True)
class _Named:
    """Reads a device's name at a place."""

    context: Context
    brands: Mapping[int, Found]
    series: Mapping[int, Found]
    joined: re.Pattern[str]

    def at(self, first: int) -> Name | None:
        """The name that begins with a unit."""
        units, text = self.context.text.units, self.context.text.text
        parts: list[str] = []
        at, brand, sure = first, False, False
        while at < len(units) and (at == first or _adjacent(units[at - 1], units[at], text)):
            found = self.series.get(at) or (None if brand or parts else self.brands.get(at))
            split = self.joined.fullmatch(units[at].text)
            if found is not None:
                parts.append(next(entry.value for entry in found.entries if entry.kind in ("brand", "model")))
                brand, sure, at = True, sure or at in self.series, found.last
            elif split is not None:
                parts += [split[1], split[2]]
                sure, at = True, at + 1
            elif parts and _is_model(units[at], text):
                self._append(parts, at, first)
                sure, at = sure or not units[at].text.isdigit(), at + 1  # hp 301 may be what is sold
            else:
                break
        at, sure = self._device(parts, at, sure)
        if not parts:
            return self._code(first)
        return Name(" ".join(parts), units[first].start, units[at - 1].end, at, sure)

    def _append(self, parts: list[str], at: int, first: int) -> None:
        """A model number, written as it was: mfc-l2700, ps5 slim."""
        units, text = self.context.text.units, self.context.text.text
        if at > first and text[units[at - 1].end : units[at].start] == "-":
            parts[-1] += "-" + units[at].text
        else:
            parts.append(units[at].text)

    def _device(self, parts: list[str], at: int, sure: bool) -> tuple[int, bool]:
        """The kind of device behind a brand or model (小米手机); it is named where no model is."""
        units = self.context.text.units
        if not parts or at >= len(units) or not _adjacent(units[at - 1], units[at], self.context.text.text):
            return at, sure
        for start, end, kind in self.context.mentions:
            if start == units[at].start and kind not in self.context.kinds.accessories:
                if not sure:
                    parts.append(_english(kind, self.context.text.text[start:end]))
                return next(place for place in range(at, len(units)) if units[place].end >= end) + 1, True
        return at, sure

    def _code(self, first: int) -> Name | None:
        """A model number alone (`toner for mfc-l2700dw`); it needs letters and digits."""
        found = _CODE.match(self.context.text.text, self.context.text.units[first].start)
        if found is None or not _CUE_CODE.search(self.context.text.text, max(0, found.start() - 30), found.start()):
            return None
        last = next(
            (i for i, u in enumerate(self.context.text.units) if u.start >= found.end()), len(self.context.text.units)
        )
        return Name(found[0], found.start(), found.end(), last, True)


def _begins(name: Name, context: Context, never: Collection[str | None]) -> int | None:
    """Where the words begin that say that goods must fit a device; None where none say so."""
    text, head = context.text.text, context.head
    cue = _FITS.search(text, max(0, name.start - 40), name.start)
    if cue is not None and (name.sure or (head is not None and head.end <= cue.start())):
        return cue.start()
    accessory = head is not None and head.kind in context.kinds.accessories and head.kind not in never
    apart = head is not None and (head.start >= name.end or head.end <= name.start)
    sure = name.sure or (head is not None and _OF_DEVICE.match(text, head.start) and head.start == name.end)
    if sure and (_FITS_AFTER.match(text, name.end) or (accessory and apart)):
        return name.start
    return None


def _is_model(unit: Unit, text: str) -> bool:
    """Whether a word is part of a device's name: s21, pro, 1020; not 2m, or the 10 of `10 inch`."""
    measure = _MEASURE.match(text, unit.end) or _MEASURED.fullmatch(unit.text)
    return _MODEL.fullmatch(unit.text) is not None and not measure


def _adjacent(one: Unit, other: Unit, text: str) -> bool:
    return text[one.end : other.start] in ("", " ", "-")


def _english(kind: str, typed: str) -> str:
    """A kind of device in English words; the lexicon of kinds knows it by stems."""
    return typed if typed.isascii() else english_names().get(kind, typed)


def _names() -> dict[str, str]:
    file = resources.files("shelfwise.understanding.constraints") / "data" / FILE
    data = tomllib.loads(file.read_text("utf-8"))["names"]
    return {name: value for value, names in data.items() for name in (value, *names)}


@cache
def _series() -> Lexicon:
    made = Lexicon()
    for name, value in _names().items():
        made.add(name, Entry("model", value))
    return made


def canonical_device(name: str) -> str:
    """One spelling of a device's name: English, without a brand that its series says, or a kind that its model says.

    >>> canonical_device("Apple iPhone 11"), canonical_device("华为 P40 手机"), canonical_device("xiaomi phone")
    ('iphone 11', 'huawei p40', 'xiaomi')
    """
    whole = _series().known("model", name)
    if whole is not None:
        return whole
    text = Text.of(_DEVICE_ZH.sub("", name))
    series = {one.first: one for one in _series().find(text.units, text.text)}
    brands = {one.first: one for one in lexicon().find(text.units, text.text)}
    parts: list[str] = []
    at = 0
    while at < len(text.units):
        found = series.get(at) or brands.get(at)
        values = [entry.value for entry in found.entries if entry.kind in ("brand", "model")] if found else []
        if found is not None and values:
            parts += values[:1] if at in series or not series else []
        else:
            parts.append(text.units[at].text)
        at = found.last if found is not None and values else at + 1
    generic = len(parts) > 1 and parts[-1] in english_names().values()
    return " ".join(parts[:-1] if generic else parts)


@cache
def english_names() -> dict[str, str]:
    """Kind → its first English name; the lexicon of kinds knows kinds by stems."""
    file = resources.files("shelfwise.understanding.kinds") / "data" / "kinds.txt"
    names = (line.split(",")[0].split("<")[0].strip() for line in file.read_text("utf-8").splitlines())
    kinds = ((default_lexicon().kind(name), name) for name in names if name.isascii() and name[:1].isalpha())
    return {kind: name for kind, name in kinds if kind is not None}
