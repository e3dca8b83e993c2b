"""Shoppers: who they are (drawn once), and how it stands with them (changes with every visit)."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from shelfwise.simulate.shoppers.draws import Draws
from shelfwise.simulate.shoppers.parameters import Parameters
from shelfwise.simulate.shoppers.setting import MONTH, Setting
from shelfwise.simulate.shoppers.tastes import Tastes
from shelfwise.types import Locale


@dataclass(frozen=True, slots=True)
class Character:
    """Who a shopper is. number: the place among all. name: the pseudonym that the shop knows. rate: visits a day at
    satisfaction 0.5. allowance: money for 30 days. joins: the day of the first possible visit. cycle: days until a
    consumable is used up."""

    number: int
    name: str
    tastes: Tastes
    locale: Locale
    rate: float
    allowance: float
    joins: int
    cycle: float
    device: str
    draws: Draws

    @classmethod
    def drawn(cls, setting: Setting, draws: Draws, number: int, name: str, joins: int) -> Character:
        """The shopper of a number under a seed's draws."""
        own = draws.of("shopper", number)
        parameters = setting.parameters
        visits, needs, buying = parameters.visits, parameters.needs, parameters.buying
        rich = float(np.quantile(setting.market.price, 0.75))
        return cls(
            number=number,
            name=name,
            tastes=Tastes.drawn(setting.market, own),
            locale="en" if own.uniform("language") < visits["english"] else "zh",
            rate=visits["per_day"] * math.exp(visits["spread"] * own.normal("rate")),
            allowance=rich * buying["budget"] * math.exp(buying["budget_spread"] * own.normal("budget")),
            joins=joins,
            cycle=needs["cycle_days"] * math.exp(visits["spread"] * own.normal("cycle")),
            device=("phone", "desktop", "tablet")[own.pick("device", np.array([0.6, 0.35, 0.05]))],
            draws=own,
        )


@dataclass(slots=True)
class State:
    """How it stands with a shopper. bought: product's place → day of the last purchase; bought_in: category → likewise.
    seen: product's place → how often looked at since. cart: places in the cart. last: the day of the last visit."""

    satisfaction: float = 0.5
    spent: float = 0.0
    visits: int = 0
    bought: dict[int, float] = field(default_factory=dict)
    bought_in: dict[int, float] = field(default_factory=dict)
    seen: dict[int, int] = field(default_factory=dict)
    cart: list[int] = field(default_factory=list)


def money(character: Character, state: State, day: float, parameters: Parameters) -> float:
    """What a shopper can spend on a day: allowances come in day by day, at most `saved` of them are kept.

    The first allowance is there when the shopper joins.
    """
    come = character.allowance * (1 + max(0.0, day - character.joins) / MONTH)
    return min(come - state.spent, character.allowance * parameters.buying["saved"])


def comes(character: Character, state: State, day: int, parameters: Parameters) -> bool:
    """Whether a shopper visits on a day: 1 − exp(−rate · exp(return · (satisfaction − ½)))."""
    if day < character.joins:
        return False
    rate = character.rate * math.exp(parameters.visits["return"] * (state.satisfaction - 0.5))
    return character.draws.uniform("comes", day) < -math.expm1(-rate)
