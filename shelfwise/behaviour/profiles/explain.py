"""A profile in a shopper's own words: what the shop believes, and what each belief is based on (explain.toml)."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from shelfwise.behaviour.base import Profile
from shelfwise.behaviour.profiles.base import Facts
from shelfwise.behaviour.profiles.facts import ATTRIBUTE, facts_of
from shelfwise.behaviour.profiles.prices import SEPARATOR
from shelfwise.types import EventKind, Locale, Product

FILE: Final = Path(__file__).with_name("explain.toml")
MOST: Final = 3  # values told of each field
LEAST: Final = 0.1  # weight below which a belief is too faint to be told
SAD, HAPPY = 0.4, 0.6
DID: Final[Mapping[str, tuple[EventKind, ...]]] = {
    "looked": ("view", "click", "dwell"),
    "favourite": ("favourite",),
    "cart": ("cart",),
    "purchase": ("purchase",),
    "rating": ("rating", "review"),
    "return": ("return",),
}


@dataclass(frozen=True, slots=True)
class Belief:
    """topic: "stage", "category", "brand", "price", "attributes.<key>", "satisfaction", "bought", "favourites", "cart"
    or "searches". text: a sentence. basis: what it goes back to. weight: how strong an interest is, 0 to 1."""

    topic: str
    text: str
    basis: str
    weight: float | None = None


def products_behind(profile: Profile) -> tuple[str, ...]:
    """The products that a profile's sentences go back to: what `explain` needs to know."""
    return tuple(dict.fromkeys(touch.product for touch in profile.recent))


def explain(
    profile: Profile,
    locale: Locale,
    products: Sequence[Product] = (),
    *,
    name: Callable[[str, str], str] = lambda field, value: value,
    field_name: Callable[[str], str] = lambda field: field.removeprefix(ATTRIBUTE),
    money: Callable[[float], str] = lambda amount: f"{amount:,.2f}",
) -> tuple[Belief, ...]:
    """What is believed, the shopper's state first, then interests, then what the shopper left here.

    products: those of `products_behind`, without the ones that are gone. name: a field's value as shown (field, value);
    field_name: a field likewise; money: an amount likewise.
    """
    if not profile.events:
        return ()
    words = _texts()[locale]
    teller = _Teller(profile, words, {product.id: facts_of(product) for product in products}, name, field_name)
    return (*teller.state(), *teller.interests(), *teller.holdings(money))


class _Teller:
    def __init__(
        self,
        profile: Profile,
        words: Mapping[str, Any],
        facts: Mapping[str, Facts],
        name: Callable[[str, str], str],
        field_name: Callable[[str], str],
    ) -> None:
        self._profile, self._words, self._facts = profile, words, facts
        self._name, self._field_name = name, field_name

    def state(self) -> Iterator[Belief]:
        profile = self._profile
        first = "" if profile.first is None else profile.first.date().isoformat()
        actions = self._filled("counted", "action", count=profile.events)
        visits = self._filled("counted", "visit", count=profile.sessions)
        basis = self._basis("events", actions=actions, visits=visits, first=first)
        yield Belief("stage", self._belief(f"stage_{profile.stage}"), basis)
        mood = profile.satisfaction
        if mood is not None:
            level = "low" if mood < SAD else "high" if mood > HAPPY else "middle"
            yield Belief("satisfaction", self._belief(f"satisfaction_{level}"), self._basis("mood"), mood)

    def interests(self) -> Iterator[Belief]:
        for field, values in self._profile.interests.items():
            told = [(value, weight) for value, weight in values.items() if weight >= LEAST][:MOST]
            for value, weight in told:
                yield Belief(field, self._interest(field, value), self._because(field, value), weight)

    def holdings(self, money: Callable[[float], str]) -> Iterator[Belief]:
        profile = self._profile
        said = self._basis("said")
        if profile.purchases:
            text = self._belief("bought", count=profile.purchases, amount=money(profile.spent))
            yield Belief("bought", text, self._basis("counted", what=self._did("purchase", len(profile.bought))))
        if profile.favourites:
            yield Belief("favourites", self._belief("favourites", count=len(profile.favourites)), said)
        if profile.cart:
            yield Belief("cart", self._belief("cart", count=len(profile.cart)), said)
        if profile.searches:
            texts = self._words["join"].join(text for text, _ in profile.searches[:MOST])
            yield Belief("searches", self._belief("searches", value=texts), said)

    def _interest(self, field: str, value: str) -> str:
        if field == "price":
            return self._belief("price", value=self._words["price"][value])
        if field.startswith(ATTRIBUTE):
            return self._belief("attributes", field=self._field_name(field), value=self._name(field, value))
        return self._belief(field, value=self._name(field, value))

    def _because(self, field: str, value: str) -> str:
        """What was done with products of that value; of prices, with any product that is still known."""
        ids = {id for id, facts in self._facts.items() if _has(facts, field, value)}
        touched: dict[str, set[str]] = {}
        for touch in self._profile.recent:
            if touch.product in ids:
                for deed, kinds in DID.items():
                    if touch.kind in kinds:
                        touched.setdefault(deed, set()).add(touch.product)
        parts = [self._did(deed, len(touched[deed])) for deed in DID if deed in touched]
        return self._basis("counted", what=self._words["join"].join(parts)) if parts else self._basis("earlier")

    def _belief(self, key: str, **values: object) -> str:
        return self._filled("belief", key, **values)

    def _basis(self, key: str, **values: object) -> str:
        return self._filled("basis", key, **values) + str(self._words["end"])

    def _did(self, key: str, count: int) -> str:
        return self._filled("did", key, count=count)

    def _filled(self, section: str, key: str, **values: object) -> str:
        one, _, many = str(self._words[section][key]).partition(" | ")
        return (many if many and values.get("count") != 1 else one).format(**values)


def _has(facts: Facts, field: str, value: str) -> bool:
    if field == "category":
        path = tuple(value.split(SEPARATOR))
        return facts.category[: len(path)] == path
    if field == "brand":
        return facts.brand == value
    return field == "price" or value in facts.attributes.get(field, ())


@lru_cache(maxsize=1)
def _texts() -> dict[str, Any]:
    return tomllib.loads(FILE.read_text("utf-8"))
