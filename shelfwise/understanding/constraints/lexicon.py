"""Names of colours, materials, people, occasions, brands and wishes, in English and Chinese: data/*.toml.

A name is `sure`, or counts only in some company (`Needs`): a single Chinese character (红) or a word of two meanings
(orange, 小米) beside goods, a relative (wife) after `for` or 给, an occasion at large (summer) as a use. Longer names
come first, so that what only sounds like one (`friends`: black pepper, 红茶) hides it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import pairwise
from typing import Any, Final, Literal

from shelfwise.errors import ShelfwiseError
from shelfwise.understanding.base import Kind, Source
from shelfwise.understanding.constraints.text import IS_HAN, Text, Unit, spell

FILES: Final[Mapping[str, Kind]] = {
    "colours.toml": "colour",
    "materials.toml": "material",
    "audiences.toml": "audience",
    "occasions.toml": "occasion",
    "features.toml": "feature",
    "brands.toml": "brand",
}
WISHES: Final = "wishes.toml"
SELF: Final[frozenset[Kind]] = frozenset({"brand"})  # kinds whose canonical name is a name by itself
Needs = Literal["sure", "goods", "use", "person", "friend"]
_INSIDE: Final = ("", " ", "-", " & ", "&", ". ")  # what parts the words of a name
SECTIONS: Final[Mapping[str, Needs]] = {
    "names": "sure",
    "goods": "goods",
    "words": "goods",
    "personal": "person",
    "bound": "use",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One meaning of a name. `needs`: what must stand beside it for it to count."""

    kind: Kind
    value: str = ""
    level: str = ""
    needs: Needs = "sure"
    source: Source = "rule"


@dataclass(frozen=True, slots=True)
class Found:
    """A name in a text: units[first:last] and what it may mean."""

    entries: tuple[Entry, ...]
    first: int
    last: int
    start: int
    end: int


class Lexicon:
    """Name → meanings."""

    def __init__(self) -> None:
        self._entries: dict[tuple[str, ...], tuple[Entry, ...]] = {}
        self._longest: dict[str, int] = {}
        self._values: dict[tuple[str, tuple[str, ...]], str] = {}

    def copy(self) -> Lexicon:
        """The same names; what is added to the copy stays there."""
        made = Lexicon()
        made._entries, made._longest, made._values = dict(self._entries), dict(self._longest), dict(self._values)
        return made

    def add(self, name: str, entry: Entry) -> None:
        """Add a meaning to a name; a friend hides the meanings of its own kind."""
        key = spell(name)
        if not key:
            raise ShelfwiseError(f"Found the name {name!r} of {entry.value!r}, expected letters or digits.")
        known = self._entries.get(key, ())
        self._entries[key] = tuple(dict.fromkeys((*known, entry)))
        self._longest[key[0]] = max(len(key), self._longest.get(key[0], 0))
        if entry.needs != "friend":
            self._values.setdefault((entry.kind, key), entry.value or entry.level)

    def find(self, text: Text) -> Iterator[Found]:
        """Names in a text, the longest first where several begin at one place; none overlap.

        What only sounds like a name does not go over a space: 沙发 布艺 is no 发布.
        """
        units, at = text.units, 0
        while at < len(units):
            for last in range(min(len(units), at + self._longest.get(units[at].text, 0)), at, -1):
                entries = self._entries.get(tuple([unit.text for unit in units[at:last]]))
                if entries is None or not _together(units[at:last], text.text):
                    continue
                start, end = units[at].start, units[last - 1].end
                meant = _meant(entries)
                if meant:
                    yield Found(meant, at, last, start, end)
                elif any(start < place < end for place in text.breaks):
                    continue
                at = last
                break
            else:
                at += 1

    def canonical(self, kind: str, name: str) -> str:
        """The canonical value that a name of a kind stands for; the name itself where it is none.

        >>> lexicon().canonical("colour", "Navy"), lexicon().canonical("brand", "华为")
        ('blue', 'huawei')
        """
        return self._values.get((kind, spell(name)), name)

    def known(self, kind: str, name: str) -> str | None:
        """The canonical value of a name of a kind, None where it is none."""
        return self._values.get((kind, spell(name)))

    def meanings(self, name: str) -> tuple[Entry, ...]:
        """All meanings of a name."""
        return self._entries.get(spell(name), ())


def _meant(entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
    if len(entries) == 1:
        return () if entries[0].needs == "friend" else entries
    hidden = {entry.kind for entry in entries if entry.needs == "friend"}
    return tuple(entry for entry in entries if entry.kind not in hidden)


def _together(units: Sequence[Unit], text: str) -> bool:
    """Whether only a space, a hyphen or nothing parts the words of a name."""
    return all(text[a.end : b.start] in _INSIDE for a, b in pairwise(units))


def _read(name: str) -> dict[str, Any]:
    file = resources.files("shelfwise.understanding.constraints") / "data" / name
    return tomllib.loads(file.read_text("utf-8"))


def _loose(data: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(data.get("loose", {}).get("values", ()))


def _fill(lexicon: Lexicon, kind: Kind, data: Mapping[str, Any]) -> None:
    loose = _loose(data)
    words = {name for section in ("words", "goods") for names in data.get(section, {}).values() for name in names}
    for section, needs in SECTIONS.items():
        for value, names in data.get(section, {}).items():
            own = [value] if kind in SELF and section == "names" and value not in words else []
            for name in [*own, *names]:
                if not (section == "names" and name in words):
                    lexicon.add(name, _entry(kind, value, name, needs, loose))
    for name in data.get("friends", {}).get("names", ()):
        lexicon.add(name, Entry(kind, needs="friend"))


def _entry(kind: Kind, value: str, name: str, needs: Needs, loose: frozenset[str]) -> Entry:
    value = value.replace("-", " ") if kind != "brand" else value
    if value in {one.replace("-", " ") for one in loose}:
        return Entry(kind, value, needs="use")
    if len(name) == 1 and IS_HAN.match(name) and needs == "sure":
        return Entry(kind, value, needs="goods")
    return Entry(kind, value, needs=needs)


def _fill_wishes(lexicon: Lexicon, data: Mapping[str, Any]) -> None:
    for kind in ("price", "rating", "recency"):
        for level, table in data[kind].items():
            for name in table["names"]:
                lexicon.add(name, Entry(kind, level=level))
    for order, table in data["sort"].items():
        for name in table["names"]:
            lexicon.add(name, Entry("sort", order))
    for name in data["friends"]["names"]:
        lexicon.add(name, Entry("price", needs="friend"))


@cache
def lexicon() -> Lexicon:
    """The names that come with Shelfwise."""
    made = Lexicon()
    for file, kind in FILES.items():
        _fill(made, kind, _read(file))
    _fill_wishes(made, _read(WISHES))
    return made
