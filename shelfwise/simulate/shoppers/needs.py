"""What a visit is for, and the words in which it is asked for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shelfwise.simulate.shoppers.draws import Draws
from shelfwise.simulate.shoppers.market import CHINESE, ENGLISH
from shelfwise.simulate.shoppers.setting import Setting
from shelfwise.simulate.shoppers.shopper import Character, State
from shelfwise.types import Float64

IMAGINED = 8  # products of a category of which the shopper has one in mind


@dataclass(frozen=True, slots=True)
class Need:
    """A category that a visit is for, and queries for it, the first first."""

    category: int
    queries: tuple[str, ...]


def need_of(character: Character, state: State, setting: Setting, told: Float64, day: int) -> Need | None:
    """What the visit is for; None when the shopper only looks around.

    A consumable that is used up comes first; else a category is drawn, those liked and those with many products more
    often: P(c) ∝ products(c) · exp(focus · liking(c)).
    """
    market, parameters, draws = setting.market, setting.parameters, character.draws.of("visit", day)
    if draws.uniform("need") >= parameters.visits["need"]:
        return None
    due = sorted(
        category
        for category, when in state.bought_in.items()
        if market.consumable[category] and day - when > character.cycle
    )
    if due:
        category = due[int(draws.uniform("due") * len(due))]
    else:
        liking = parameters.needs["focus"] * character.tastes.categories(setting.angle(day))
        weights = np.bincount(market.category, minlength=len(liking)) * np.exp(liking - liking.max())
        category = draws.pick("category", weights)
    return Need(category, _queries(character, setting, told, category, draws))


def _queries(character: Character, setting: Setting, told: Float64, category: int, draws: Draws) -> tuple[str, ...]:
    """Words for products that the shopper imagines: those liked best among some of the category."""
    members = np.flatnonzero(setting.market.category == category)
    texts: list[str] = []
    for attempt in range(int(setting.parameters.looking["queries"])):
        own = draws.of("imagined", attempt)
        some = members[(own.uniforms("product", np.arange(IMAGINED)) * len(members)).astype(np.int64)]
        texts.append(_query(character, setting, int(some[np.argmax(told[some])]), own))
    return tuple(text for text in dict.fromkeys(texts) if text)


def _query(character: Character, setting: Setting, product: int, draws: Draws) -> str:
    """The category's name, now and then with the brand; or words of the title. In the shopper's language if the
    product has it."""
    market, needs = setting.market, setting.parameters.needs
    other = "zh" if character.locale == "en" else "en"
    for language in (character.locale, other):
        name = market.names[language][market.category[product]]
        words = _words(market.titles[language][product], language, draws)
        if not name and not words:
            continue
        if words and (not name or draws.uniform("words") < needs["words"]):
            return words
        brand = _brand(market.brands[market.brand[product]], language)
        named = bool(brand) and draws.uniform("brand") < needs["brand"]
        return f"{brand}{'' if language == 'zh' else ' '}{name}" if named else name
    return market.titles[character.locale][product] or market.titles[other][product]


def _words(title: str, language: str, draws: Draws) -> str:
    """Some of a title's words that stand together."""
    found = (CHINESE if language == "zh" else ENGLISH).findall(title)
    if not found:
        return ""
    count = 1 if language == "zh" else 2
    start = int(draws.uniform("start") * max(1, len(found) - count + 1))
    return ("" if language == "zh" else " ").join(found[start : start + count]).lower()


def _brand(brand: str, language: str) -> str:
    """The part of a brand's name that is written in a language."""
    found = (CHINESE if language == "zh" else ENGLISH).findall(brand)
    return str(found[0]) if found else ""
