"""A catalogue's dictionary at work: its names beside the built-in ones, and constraints in its own fields."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import orjson
from rapidfuzz import process
from rapidfuzz.distance import OSA

from shelfwise.errors import CorruptIndexError
from shelfwise.language.base import Analysis
from shelfwise.language.stopwords import is_stopword
from shelfwise.understanding.base import Constraint
from shelfwise.understanding.constraints.context import Context
from shelfwise.understanding.constraints.dictionary import FILE
from shelfwise.understanding.constraints.lexicon import Entry, lexicon
from shelfwise.understanding.constraints.text import Text, Unit
from shelfwise.understanding.constraints.words import Words
from shelfwise.understanding.kinds.lexicon import default_lexicon

SHORTEST: Final = 5  # letters of a misspelt brand
_FIRM: Final = re.compile(
    r" (?:technology|technologies|electronics|inc|co|ltd|corporation|corp|group|international|systems|mobile)\b.*"
)
LONG: Final = 8  # letters from which two slips are one word


class CatalogueDictionary:
    """Reads what a generation calls things. Satisfies `Dictionary`.

    brands: canonical name → as the catalogue writes it. values: kind → canonical value → key → values as written.
    cover: kind → share of the products that have a key of it; also of "brand", "price", "rating", "released".
    numbers: key → unit and bounds. recent: the time from which a third of the products was released.
    lexicon: the built-in names and those of the catalogue.
    """

    def __init__(self, found: Mapping[str, Any]) -> None:
        products = max(found["products"], 1)
        self.products: int = found["products"]
        self.values: dict[str, dict[str, dict[str, list[Any]]]] = found["fields"]["values"]
        self.cover: dict[str, float] = dict(found["fields"]["cover"])
        self.numbers: dict[str, tuple[str, float, float]] = {k: _bounds(units) for k, units in found["numbers"].items()}
        self.recent: float | None = found["recent"]
        self.categories: tuple[tuple[str, int], ...] = tuple((name, count) for name, count in found["categories"])
        for name in ("branded", "priced", "rated", "released"):
            self.cover[name] = found[name] / products
        self.brands: dict[str, list[str]] = {}
        self._words = frozenset(found["words"])
        self.lexicon = lexicon().copy()
        self._add_brands(found["brands"])
        self._add_facts()
        self._read = Words(self.lexicon)
        self._fuzzy = [name for name in self._names if name.isalpha() and name.isascii() and len(name) >= SHORTEST]

    @classmethod
    def open(cls, folder: Path) -> CatalogueDictionary:
        """The dictionary of a generation. Raises CorruptIndexError."""
        file = folder / FILE
        try:
            return cls(orjson.loads(file.read_bytes()))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise CorruptIndexError(f"{file}: {error!r}", hint="Index again.") from error

    def _add_brands(self, brands: Sequence[tuple[str, int, Sequence[str], bool]]) -> None:
        self._names: dict[str, str] = {}  # name → canonical
        for brand, _, names, common in brands:
            known = next(filter(None, (lexicon().known("brand", _FIRM.sub("", name)) for name in names)), None)
            latin = [name for name in names if name.isascii()]
            canonical = known or min(latin or names, key=len)
            self.brands.setdefault(canonical, []).append(brand)
            for name in names:
                self._names.setdefault(name, canonical)
                self._add_brand(name, canonical, common)

    def _add_brand(self, name: str, canonical: str, common: bool) -> None:
        """A name that is a word as well counts beside goods only, as do those that the lexicon knows so."""
        meant = self.lexicon.meanings(name)
        if len(name) < 2 or is_stopword(name) or any(entry.kind == "brand" for entry in meant):
            return
        word = common or bool(meant) or default_lexicon().kind(name) is not None
        self.lexicon.add(name, Entry("brand", canonical, needs="goods" if word else "sure", source="catalogue"))

    def _add_facts(self) -> None:
        for sort in ("fact", "flag"):
            for name in self.values.get(sort, {}):
                if not self.lexicon.meanings(name) and default_lexicon().kind(name) is None:
                    self.lexicon.add(name, Entry("feature", name, source="catalogue"))

    def find(self, text: str, analysis: Analysis) -> list[Constraint]:
        """The names of the catalogue in a text that the built-in lexicon does not have; `analysis` is the text's."""
        folded = Text.of(text)
        context = Context(folded, analysis, default_lexicon())
        return [one for one in (*self._read(context), *self.misspelt(folded)) if one.source == "catalogue"]

    def misspelt(self, text: Text) -> list[Constraint]:
        """Brands with a slip: words that neither the catalogue's titles nor the lexicon has."""
        found = []
        for unit in text.units:
            canonical = self._near(unit) if self._is_strange(unit) else None
            if canonical is not None:
                words = text.text[unit.start : unit.end]
                one = Constraint("brand", words, unit.start, unit.end, canonical, confidence=0.5, source="catalogue")
                found.append(one)
        return found

    def _is_strange(self, unit: Unit) -> bool:
        word = unit.text
        if len(word) < SHORTEST or not (word.isascii() and word.isalpha()) or word in self._words:
            return False
        return not (is_stopword(word) or self.lexicon.meanings(word) or default_lexicon().kind(word))

    def _near(self, unit: Unit) -> str | None:
        """The one brand that a word is a slip away from, with the same first letter."""
        word = unit.text
        slips = 2 if len(word) >= LONG else 1
        near = process.extract(word, self._fuzzy, scorer=OSA.distance, score_cutoff=slips, limit=2)
        near = [one for one in near if one[0][0] == word[0]]
        if not near or (len(near) > 1 and near[0][1] == near[1][1]):
            return None
        return self._names[near[0][0]]


def _bounds(units: Sequence[tuple[str, float, float]]) -> tuple[str, float, float]:
    """The unit that most values of a key are said in, and the bounds of all."""
    unit = next((name for name, _, _ in units if name), "")
    return unit, min(low for _, low, _ in units), max(high for _, _, high in units)
