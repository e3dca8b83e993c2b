"""What follows a purchase days later: a rating, a review, a return; and what it does to satisfaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from shelfwise.simulate.reviews import review_data
from shelfwise.simulate.shoppers.choice import logistic
from shelfwise.simulate.shoppers.market import Market
from shelfwise.simulate.shoppers.parameters import Parameters
from shelfwise.simulate.shoppers.setting import Setting
from shelfwise.simulate.shoppers.shopper import Character, State
from shelfwise.types import Event, EventKind

SURPRISE: Final = 0.7  # standard deviation of what a product turns out to be beside what it seemed
WAIT: Final = (3, 10)  # days until it is told


@dataclass(frozen=True, slots=True)
class Experience:
    """How a purchase turned out. `stars` None: the shopper does not say. text: of a review."""

    number: int
    product: int
    bought: int
    day: int
    price: float
    stars: int | None
    text: str
    returned: bool


def experience(character: Character, setting: Setting, product: int, day: int) -> Experience:
    """How a purchase will turn out: u = told + untold + surprise, in tastes as they are on that day.

    stars ≈ `stars` + u − 3; sent back with probability σ(return − return_slope · u).
    """
    after, draws = setting.parameters.after, character.draws.of("after", product, day)
    tastes = character.tastes
    u = float(tastes.told(setting, day)[product] + tastes.untold(setting)[product]) + SURPRISE * draws.normal(
        "surprise"
    )
    stars = min(5, max(1, round(after["stars"] + u - 3)))
    says = draws.uniform("rate") < after["rate"]
    words = says and draws.uniform("words") < 0.5
    wait = WAIT[0] + int(draws.uniform("wait") * (WAIT[1] - WAIT[0] + 1))
    returned = draws.uniform("return") < float(logistic(after["return"] - after["return_slope"] * u))
    text = _text(stars, character.locale, draws.uniform("text")) if words else ""
    price = float(setting.market.price[product])
    return Experience(character.number, product, day, day + wait, price, stars if says else None, text, returned)


def events_of(found: Experience, character: Character, market: Market, time: datetime) -> list[Event]:
    """The events that tell it; none if the shopper keeps it to themselves."""
    told: list[tuple[EventKind, float, str | None]] = []
    if found.stars is not None:
        told.append(("review" if found.text else "rating", float(found.stars), found.text or None))
    if found.returned:
        told.append(("return", round(found.price, 2), None))
    name, id = character.name, market.ids[found.product]
    return [
        Event(f"{name}-{found.bought}-{id}-{kind}", kind, name, time, id, value=value, text=text)
        for kind, value, text in told
    ]


def learn(found: Experience, state: State, parameters: Parameters) -> None:
    """Satisfaction moves towards 0 with a return, and half as far as a visit would towards (stars − 1) / 4."""
    rate = parameters.after["learning"]
    if found.returned:
        state.satisfaction -= rate * state.satisfaction
        state.bought.pop(found.product, None)
    elif found.stars is not None:
        state.satisfaction += rate / 2 * ((found.stars - 1) / 4 - state.satisfaction)


def _text(stars: int, locale: str, uniform: float) -> str:
    pairs = review_data()["frames"][str(stars)]
    pair = pairs[int(uniform * len(pairs))]
    return str(pair[1 if locale == "en" else 0])
