"""What is not worth a merchant's time: what the search knows already, and what can be no synonym.

Left out are pairs that

- are the same to the search: one spelling, stem or split of words, or one within the other (`mobile phone`, `phone`);
- are near in spelling: a slip, which spelling correction handles;
- a rule has already;
- hold a number, or are two brands of one language;
- are different members of one family in data/opposites.txt: colours, sizes, seasons, materials.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import cache
from importlib import resources
from typing import Final

from rapidfuzz.distance import OSA

from shelfwise.errors import ShelfwiseError
from shelfwise.language.base import Analyzer
from shelfwise.language.normalise import fold
from shelfwise.language.spans import outer
from shelfwise.understanding.expansion.base import Candidate
from shelfwise.understanding.expansion.corpus import Key

FILE: Final = "opposites.txt"
SLIPS: Final = 1  # edits between two spellings of a word of LONG letters or more
LONG: Final = 5

Rules = Iterable[tuple[Iterable[str], Iterable[str]]]  # (terms, others) of each rule


class Acceptance:
    """Whether a candidate may be offered. `rules` is what the shop has already; brands as analysed."""

    def __init__(self, analyzer: Analyzer, rules: Rules = (), brands: Collection[Key] = ()) -> None:
        self._analyzer = analyzer
        self._brands = brands
        self._opposites = _opposites()
        self._known: set[tuple[str, str]] = set()
        for terms, others in rules:
            sides = [self._flat(term) for term in terms], [self._flat(other) for other in others]
            self._known |= {(min(a, b), max(a, b)) for a in sides[0] for b in sides[1]}

    def __call__(self, candidate: Candidate) -> bool:
        """Whether the merchant should see it."""
        one, two = self._key(candidate.words), self._key(candidate.other)
        flat = self._flat(candidate.words), self._flat(candidate.other)
        return (
            bool(one and two)
            and not _same(one, two, *flat)
            and (min(flat), max(flat)) not in self._known
            and not any(letter.isdecimal() for letter in "".join(flat))
            and not (candidate.languages[0] == candidate.languages[1] and {one, two} & set(self._brands))
            and not self._opposed(*flat)
        )

    def _key(self, text: str) -> Key:
        return tuple(token.text for token in outer(self._analyzer.analyze(text).words))

    def _flat(self, text: str) -> str:
        return "".join(self._key(text))

    def _opposed(self, one: str, two: str) -> bool:
        families = self._opposites
        places = dict(families.get(one, ()))
        return any(places.get(family, member) != member for family, member in families.get(two, ()))


def _same(one: Key, two: Key, flat: str, other: str) -> bool:
    if set(one) <= set(two) or set(two) <= set(one) or flat == other:
        return True
    if not flat.isascii() and not other.isascii() and (flat in other or other in flat):
        return True
    near = flat.isascii() and min(len(flat), len(other)) >= LONG
    return near and OSA.distance(flat, other, score_cutoff=SLIPS) <= SLIPS


@cache
def _opposites() -> dict[str, tuple[tuple[int, int], ...]]:
    """Word as the analyser gives it, joined → (family, member) of each place that it has."""
    from shelfwise.language.analyzer import BilingualAnalyzer

    analyzer = BilingualAnalyzer()
    found: dict[str, tuple[tuple[int, int], ...]] = {}
    text = (resources.files("shelfwise.understanding.expansion") / "data" / FILE).read_text("utf-8")
    for family, line in enumerate(text.splitlines()):
        content = line.partition("#")[0].strip()
        for member, names in enumerate(content.split(",")) if content else ():
            for name in names.split("/"):
                flat = "".join(token.text for token in outer(analyzer.analyze(fold(name.strip())).words))
                if not flat:
                    raise ShelfwiseError(f"{FILE}:{family + 1}: found an empty name in {names.strip()!r}.")
                found[flat] = (*found.get(flat, ()), (family, member))
    return found
