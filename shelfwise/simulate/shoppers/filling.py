"""Fill a shop's log with what simulated shoppers do, without its search: seconds instead of minutes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from shelfwise.shop import Shop
from shelfwise.simulate.shoppers.base import Clock
from shelfwise.simulate.shoppers.direct import taken
from shelfwise.simulate.shoppers.draws import Draws
from shelfwise.simulate.shoppers.market import Market
from shelfwise.simulate.shoppers.parameters import Parameters, read_parameters
from shelfwise.simulate.shoppers.running import Course, World, run
from shelfwise.simulate.shoppers.shelves import Shelves
from shelfwise.simulate.shoppers.visit import Outcome


def fill(
    shop: Shop,
    parameters: Parameters | None = None,
    *,
    shoppers: int = 200,
    days: int = 30,
    seed: int = 1,
    start: datetime | None = None,
    progress: Callable[[int, int | None], None] = lambda done, total: None,
) -> list[Outcome]:
    """The visits of some shoppers on some days, recorded in the shop's log as they would have been.

    Every shopper may come from the first day on. start: the first moment; by default 2026-10-01 (UTC). Raises
    InputError for a catalogue that is too small, StorageError and BusyError as `Shop.record` does.
    """
    chosen = parameters or read_parameters()
    first = start or datetime.fromisoformat("2026-10-01T00:00:00+00:00")
    market = Market.of(shop.catalog.store.products(), chosen.needs["consumable"])
    world = World.drawn(market, chosen, [0] * shoppers, seed=seed, start=first)
    shelves = Shelves(market, lambda events: taken(shop.record(events)), Draws.seeded(seed).of("shelves"))
    outcomes = list(
        run(
            world,
            Course.begin(world),
            shelves,
            "personal",
            clock=Clock(first),
            days=range(days),
            between=lambda day: progress(day, days),
        )
    )
    shelves.close()
    return outcomes
