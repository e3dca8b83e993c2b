"""What a shopper holds now: favourites and cart after all that was put in and taken out, and what was bought."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from shelfwise.types import Event


@dataclass(frozen=True, slots=True)
class Holdings:
    """favourites, cart: product → since when, the oldest first. bought: product → times, the oldest first."""

    favourites: dict[str, datetime]
    cart: dict[str, datetime]
    bought: dict[str, tuple[datetime, ...]]


def holdings(events: Sequence[Event]) -> Holdings:
    """The holdings after events in order of time. A purchase takes its product out of the cart; one that names none
    (a whole order) empties it."""
    favourites: dict[str, datetime] = {}
    cart: dict[str, datetime] = {}
    bought: dict[str, tuple[datetime, ...]] = {}
    for event in events:
        product = event.product
        if event.kind == "purchase" and product is None:
            cart.clear()
        if product is None:
            continue
        if event.kind == "favourite":
            favourites.setdefault(product, event.time)
        elif event.kind == "unfavourite":
            favourites.pop(product, None)
        elif event.kind == "cart":
            cart[product] = event.time
        elif event.kind == "uncart":
            cart.pop(product, None)
        elif event.kind == "purchase":
            cart.pop(product, None)
            bought[product] = (*bought.get(product, ()), event.time)
    return Holdings(favourites, cart, bought)
