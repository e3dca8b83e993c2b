"""The step that reads what the results must or should be."""

from __future__ import annotations

from dataclasses import replace

from shelfwise.language.base import Analyzer
from shelfwise.understanding.base import Constraint, Understanding
from shelfwise.understanding.constraints.catalogue import CatalogueDictionary
from shelfwise.understanding.constraints.compatible import Devices
from shelfwise.understanding.constraints.context import Context
from shelfwise.understanding.constraints.figures import figures
from shelfwise.understanding.constraints.lexicon import lexicon
from shelfwise.understanding.constraints.link import Linker
from shelfwise.understanding.constraints.patterns import patterns
from shelfwise.understanding.constraints.resolve import resolved
from shelfwise.understanding.constraints.text import Text
from shelfwise.understanding.constraints.words import Words
from shelfwise.understanding.kinds.lexicon import default_lexicon


class ConstraintsStep:
    """Finds entities and constraints by rules and by a catalogue's dictionary; says them in the catalogue's fields."""

    name = "constraints"

    def __init__(
        self, analyzer: Analyzer, dictionary: CatalogueDictionary | None = None, *, currency: str = ""
    ) -> None:
        self._analyzer = analyzer
        self._dictionary = dictionary
        self._kinds = default_lexicon()
        self._names = lexicon() if dictionary is None else dictionary.lexicon
        self._words = Words(self._names)
        self._devices = Devices(self._names, self._kinds)
        self._link = Linker(dictionary, currency)

    def __call__(self, u: Understanding) -> Understanding:
        """Sets `constraints`, sorted by their start; those in `dismissed` are left out and their words made silent."""
        found = self.read(u.text)
        dismissed = [one for one in found if one.key in u.dismissed]
        kept = tuple(one for one in found if one.key not in u.dismissed)
        silent = (*u.silent, *((one.start, one.end) for one in dismissed))
        return u.but(constraints=kept, silent=silent)

    def read(self, text: str) -> list[Constraint]:
        """The constraints of a text, with places in it."""
        folded = Text.of(text)
        context = Context(folded, self._analyzer.analyze(folded.text), self._kinds)
        readings = [
            *figures(folded.text),
            *patterns(folded.text),
            *self._words(context),
            *self._devices(context),
            *(() if self._dictionary is None else self._dictionary.misspelt(folded)),
        ]
        return self._link([_placed(one, folded) for one in resolved(readings)])


def _placed(one: Constraint, text: Text) -> Constraint:
    """A constraint with its places in the original text, outer spaces left out."""
    while one.end > one.start and text.text[one.end - 1] == " ":
        one = replace(one, end=one.end - 1)
    while one.start < one.end and text.text[one.start] == " ":
        one = replace(one, start=one.start + 1)
    start, end = text.span(one.start, one.end)
    return replace(one, start=start, end=end, text=text.original[start:end])
