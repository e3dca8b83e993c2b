"""What things are called: names of kinds in English and Chinese, and which kinds are made for other things."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final

from shelfwise.errors import ShelfwiseError
from shelfwise.language.english import stem
from shelfwise.language.normalise import fold
from shelfwise.types import Locale

FILE: Final = "kinds.txt"
_UNIT: Final = re.compile(r"[a-z0-9]+(?:'[a-z]+)?|[\u3400-\u9fff]")


@dataclass(frozen=True, slots=True)
class Unit:
    """A stemmed English word, or one Chinese character, and where it stands."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Mention:
    """A name of a kind in a text: units[first:last]."""

    kind: str
    first: int
    last: int


class Lexicon:
    """Name → kind. A kind is known by its first English name, its words joined by "_".

    accessories: kinds that are made for other things. parts: device → the devices that it is made for where they stand
    beside it. parents: kind → a more general one. Names of section [senses]
    are of another kind beside certain words: a notebook with 96 pages is no laptop.
    """

    def __init__(self, text: str, name: str = FILE) -> None:
        self.accessories: set[str] = set()
        self.parts: dict[str, tuple[str, ...]] = {}
        self.parents: dict[str, str] = {}
        self._kinds: dict[tuple[str, ...], str] = {}
        self._names: dict[str, dict[Locale, str]] = {}  # kind → its first name in each language
        self._senses: dict[tuple[str, ...], tuple[str, tuple[str, ...]]] = {}  # name → another kind, and words of it
        self._longest: dict[str, int] = {}  # first unit → length of the longest name that begins with it
        section = ""
        for number, line in enumerate(text.splitlines(), 1):
            content = line.partition("#")[0].strip()
            if content.startswith("["):
                section = content.strip("[]")
            elif content and section == "parts":
                self._add_parts(content, f"{name}:{number}")
            elif content and section == "senses":
                self._add_sense(content, f"{name}:{number}")
            elif content:
                self._add(content, section, f"{name}:{number}")

    def _add(self, content: str, section: str, place: str) -> None:
        names, _, parent = content.partition("<")
        keys = [key for key in (tuple(u.text for u in units(fold(one))) for one in names.split(",")) if key]
        if not keys:
            raise ShelfwiseError(f"{place}: found {content!r}, expected names divided by commas.")
        kind = "_".join(keys[0])
        for name in map(str.strip, names.split(",")):
            self._names.setdefault(kind, {}).setdefault("en" if name.isascii() else "zh", name)
        if section == "accessories":
            self.accessories.add(kind)
        if parent.strip():
            self.parents[kind] = "_".join(u.text for u in units(fold(parent)))
        for key in keys:
            if self._kinds.setdefault(key, kind) != kind:
                raise ShelfwiseError(f"{place}: {' '.join(key)!r} is a name of {self._kinds[key]!r} already.")
            self._longest[key[0]] = max(len(key), self._longest.get(key[0], 0))

    def _add_parts(self, content: str, place: str) -> None:
        parts, hosts = ([self.kind(name) for name in side.split(",")] for side in content.partition("=")[::2])
        if None in parts or None in hosts:
            raise ShelfwiseError(f"{place}: found {content!r}, expected 'names = devices', of kinds named above.")
        self.parts.update((part, tuple(host for host in hosts if host)) for part in parts if part)

    def _add_sense(self, content: str, place: str) -> None:
        names, equals, meaning = content.partition("=")
        kind, colon, words = meaning.partition(":")
        keys = [tuple(u.text for u in units(fold(one))) for one in names.split(",")]
        other = self.kind(kind)
        if not equals or not colon or other is None or any(key not in self._kinds for key in keys):
            raise ShelfwiseError(f"{place}: found {content!r}, expected 'names = a kind: words', of kinds named above.")
        beside = tuple(_joined(units(fold(word))) for word in words.split(","))
        self._senses.update((key, (other, beside)) for key in keys)

    def mentions(self, of: Sequence[Unit]) -> Iterator[Mention]:
        """The names in a text, the longest first where several begin at one place; none overlap."""
        at = 0
        while at < len(of):
            for last in range(min(len(of), at + self._longest.get(of[at].text, 0)), at, -1):
                key = tuple(u.text for u in of[at:last])
                if key in self._kinds:
                    yield Mention(self._sense(key, of), at, last)
                    at = last
                    break
            else:
                at += 1

    def _sense(self, key: tuple[str, ...], of: Sequence[Unit]) -> str:
        other, beside = self._senses.get(key, ("", ()))
        text = _joined(of) if beside else ""
        return other if any(words in text for words in beside) else self._kinds[key]

    def kind(self, name: str) -> str | None:
        """The kind that a name is one of, as a whole."""
        return self._kinds.get(tuple(u.text for u in units(fold(name))))

    def name(self, kind: str, locale: Locale) -> str:
        """What people call a kind, for kinds are known by stems."""
        names = self._names.get(kind, {})
        return names.get(locale) or names.get("en") or kind

    def all(self, kind: str) -> tuple[str, ...]:
        """The kind, and the more general ones."""
        found = [kind]
        while (parent := self.parents.get(found[-1])) and parent not in found:
            found.append(parent)
        return tuple(found)


def units(folded: str) -> tuple[Unit, ...]:
    """English words, stemmed, and Chinese characters of a folded text.

    >>> [unit.text for unit in units("phone cases手机壳")]
    ['phone', 'case', '手', '机', '壳']
    """
    return tuple(
        Unit(stem(found[0]) if found[0].isascii() else found[0], found.start(), found.end())
        for found in _UNIT.finditer(folded)
    )


def _joined(of: Sequence[Unit]) -> str:
    return f" {' '.join(unit.text for unit in of)} "


@cache
def default_lexicon() -> Lexicon:
    """The lexicon that comes with Shelfwise."""
    file = resources.files("shelfwise.understanding.kinds") / "data" / FILE
    return Lexicon(file.read_text("utf-8"))
