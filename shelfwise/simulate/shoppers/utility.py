"""What every product is worth to a shopper on one visit, in logits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shelfwise.simulate.shoppers.needs import Need
from shelfwise.simulate.shoppers.setting import Setting
from shelfwise.simulate.shoppers.shopper import Character, State
from shelfwise.types import Float64

MOST_SEEN = 3


@dataclass(frozen=True, slots=True)
class Worth:
    """card: as a card tells it; page: once its own page was read. Float64[m] each."""

    card: Float64
    page: Float64


def worth_now(
    character: Character, state: State, setting: Setting, told: Float64, need: Need | None, *, day: float
) -> Worth:
    """u = told + (untold, on its page) + need − owned − sated − seen before; see parameters.toml."""
    now = _situation(character, state, setting, need, day)
    card = told + now
    return Worth(card, card + character.tastes.untold(setting))


def _situation(character: Character, state: State, setting: Setting, need: Need | None, day: float) -> Float64:
    market, weights = setting.market, setting.parameters.taste
    now = np.zeros(len(market))
    if need is not None:
        now += np.where(market.category == need.category, weights["need"], -weights["need"] / 2)
    sated = np.zeros(len(market.categories))
    for category, when in state.bought_in.items():
        days = character.cycle if market.consumable[category] else weights["satiety_days"]
        sated[category] = weights["owned_category"] * max(0.0, 1 - (day - when) / days)
    now -= sated[market.category]
    for product, when in state.bought.items():
        if not market.consumable[market.category[product]]:
            now[product] -= weights["owned"]
        elif day - when >= character.cycle:
            now[product] += 1.0  # known to be good, and used up
    for product, times in state.seen.items():
        now[product] -= weights["seen"] * min(times, MOST_SEEN)
    return now
