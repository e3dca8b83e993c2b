"""What was understood of a query, as chips that can be taken away, in the shopper's language."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from shelfwise.retrieval.base import CATEGORY_SEPARATOR
from shelfwise.retrieval.filters import conditions
from shelfwise.retrieval.labels import Labels
from shelfwise.retrieval.plan import LIKELY
from shelfwise.service.storefront.address import Address
from shelfwise.service.storefront.format import money, number
from shelfwise.slate import Slate
from shelfwise.types import AllOf, AnyOf, Filter, Locale, Money, NoneOf, Not, Value
from shelfwise.understanding.base import CategoryGuess, Constraint, Understanding
from shelfwise.understanding.explain import bounds, firm, named, sentence, words

FIRM: Final = ("must", "softened", "wish")  # the order of chips
NAMED: Final = frozenset({"sort", "role"})  # kinds whose values have names of their own


@dataclass(frozen=True, slots=True)
class Reading:
    """One finding: what it says, how firmly (one of FIRM), the address without it, and all of it as a sentence."""

    label: str
    firmness: str
    href: str | None
    told: str = ""


@dataclass(frozen=True, slots=True)
class Understood:
    """All findings; `core` is what was searched where turns of speech were left out; `again` brings readings back."""

    readings: tuple[Reading, ...]
    core: str
    again: str | None

    def __bool__(self) -> bool:
        return bool(self.readings or self.core or self.again)


class Readings:
    """Makes chips in one language. t: the texts of the pages in that language."""

    def __init__(self, labels: Labels, locale: Locale, currency: str, t: Callable[..., str]) -> None:
        self.labels = labels
        self.locale = locale
        self.currency = currency
        self.t = t

    def of(self, slate: Slate, address: Address) -> Understood:
        """What the answer's query was taken to mean."""
        u = slate.understanding
        return Understood(
            tuple(sorted(self._readings(u, softened(slate), address), key=lambda one: FIRM.index(one.firmness))),
            u.core if without_talk(u) else "",
            address.href(dismissed=()) if address.dismissed else None,
        )

    def label(self, constraint: Constraint, u: Understanding) -> str:
        """A constraint as "Price: ≤ ¥500", "Brand: not HP"."""
        field, values = said(constraint.filter)
        kind = words()["kinds"][constraint.kind][self.locale]
        if constraint.kind == "feature" and field and not all(isinstance(value, bool) for value in values):
            kind = self.labels.field(field, self.locale)
        kind = kind[:1].upper() + kind[1:]
        own = self._own_words(constraint, u)
        if own:
            return self.t("mark.is", kind=kind, value=own)
        told = " ".join(part for part in (self._value(constraint), self._bounds(constraint)) if part)
        if constraint.negated:
            return self.t("mark.is_not", kind=kind, value=told)
        return self.t("mark.is", kind=kind, value=told)

    def _own_words(self, constraint: Constraint, u: Understanding) -> str:
        """What a Chinese shopper typed; "" where the name of the value says it better."""
        if self.locale != "zh" or u.language == "en" or not constraint.value or constraint.kind in NAMED:
            return ""
        return "" if said(constraint.filter)[1] or named(constraint, "zh") in constraint.text else constraint.text

    def _readings(self, u: Understanding, given_up: Collection[str], address: Address) -> Iterator[Reading]:
        for constraint in u.constraints:
            firmness = firm(constraint, given_up)
            told = sentence(constraint, self.locale, given_up)
            yield Reading(self.label(constraint, u), firmness, address.dismiss(constraint.key), told)
        if u.category and u.category[0].confidence >= LIKELY:
            yield self._guess(u.category[0], address)

    def _guess(self, guess: CategoryGuess, address: Address) -> Reading:
        leaf = self.labels.value("category", CATEGORY_SEPARATOR.join(guess.path), self.locale)
        label = self.t("mark.is", kind=self.labels.field("category", self.locale), value=leaf)
        return Reading(label, "wish", address.dismiss(guess.key))

    def _value(self, constraint: Constraint) -> str:
        """What is asked for, by the catalogue's names, else by names in the page's language."""
        if constraint.kind in NAMED or (constraint.level and not constraint.value):
            return named(constraint, self.locale)
        field, values = said(constraint.filter)
        shown = [self._name(field, value) for value in values]
        known = self.locale == "en" or shown != list(values) or constraint.kind not in ("colour", "material")
        if shown and known:
            return self.t("mark.comma").join(shown)
        if not constraint.value:
            return ""
        return as_typed(named(constraint, self.locale), constraint.text)

    def _name(self, field: str, value: Value) -> str:
        if isinstance(value, bool):
            return self.labels.field(field, self.locale)
        if isinstance(value, tuple):
            return self.t("mark.comma").join(self._name(field, one) for one in value)
        return self.labels.value(field, value if isinstance(value, str) else number(value), self.locale)

    def _bounds(self, constraint: Constraint) -> str:
        if constraint.kind == "price":
            return bounds(constraint, lambda end: money(Money(Decimal(str(end)), constraint.unit or self.currency)))
        told = bounds(constraint, (lambda end: f"{end:.0f}") if constraint.kind == "recency" else number)
        return f"{told} {self.labels.unit(constraint.unit, self.locale)}".strip() if told else ""


def softened(slate: Slate) -> frozenset[str]:
    """Texts of the constraints that would have left nothing over, so that they only order the results."""
    return frozenset(text for step in slate.relaxed if step.step == "constraint" for text in step.dropped)


def said(filter: Filter | None) -> tuple[str, tuple[Value, ...]]:
    """The field and values that a filter of one field names, wanted or not.

    >>> said(NoneOf("brand", ("HP",)))
    ('brand', ('HP',))
    """
    fields, values = set(), dict[Value, None]()
    for part in conditions(filter):
        inner = part.filter if isinstance(part, Not) else part
        if not isinstance(inner, AnyOf | AllOf | NoneOf):
            return "", ()
        fields.add(inner.field)
        values |= dict.fromkeys(inner.values)
    return (fields.pop(), tuple(values)) if len(fields) == 1 else ("", ())


def as_typed(value: str, text: str) -> str:
    """A value with the capitals that it was typed with.

    >>> as_typed("hp", "not HP"), as_typed("gray", "grey")
    ('HP', 'gray')
    """
    place = text.casefold().find(value)
    return text[place : place + len(value)] if place >= 0 and len(text.casefold()) == len(text) else value


def without_talk(u: Understanding) -> bool:
    """Whether words were left out that no constraint took: turns of speech, or what a dismissed reading spoke of.

    >>> without_talk(Understanding("a good lamp", text="a good lamp", core="lamp", silent=((0, 7),)))
    True
    """
    taken = {place for one in u.constraints if one.consumed for place in range(one.start, one.end)}
    left = (place for start, end in u.silent for place in range(start, min(end, len(u.text))) if place not in taken)
    return u.core != u.text and any(u.text[place].isalnum() for place in left)
