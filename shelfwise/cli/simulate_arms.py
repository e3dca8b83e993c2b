"""What `shelfwise simulate` runs: into a log, at a server, or in copies of a shop under several policies."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from shelfwise.cli.console import progress
from shelfwise.cli.simulate_served import Served, copied, served
from shelfwise.errors import InputError
from shelfwise.shop import Shop
from shelfwise.simulate.shoppers.base import Clock
from shelfwise.simulate.shoppers.experiment import Arm, joins, run_arms
from shelfwise.simulate.shoppers.filling import fill
from shelfwise.simulate.shoppers.http import HttpDoor
from shelfwise.simulate.shoppers.market import Market
from shelfwise.simulate.shoppers.parameters import Parameters
from shelfwise.simulate.shoppers.policies import POLICIES, Policy
from shelfwise.simulate.shoppers.running import Course, World, run
from shelfwise.simulate.shoppers.visit import Outcome

BASE: Final[Policy] = "popular"


@dataclass(frozen=True, slots=True)
class Plan:
    """Who comes, when, and for how long. history: days before those that are measured, in which all are shown what is
    popular. fit_days: days between two fits of a copied shop's recommendations."""

    parameters: Parameters
    shoppers: int
    days: int
    seed: int
    start: datetime
    history: int = 0
    fit_days: int = 7

    def world(self, market: Market, first: list[int], name: str = "") -> World:
        """The world of the plan; first: the day from which each shopper may come."""
        return World.drawn(market, self.parameters, first, seed=self.seed, start=self.start, name=name)

    def joins(self) -> list[int]:
        """The first days of shoppers who are compared."""
        return joins(self.shoppers, self.history, self.days)


def first_day(text: str | None, days: int, now: datetime) -> datetime:
    """The first moment: of the day that is given, or of so many days before today. Raises InputError."""
    if text is None:
        return now.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=days)
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError as error:
        raise InputError(f"--start: found {text!r}, expected a day as in 2026-01-31.") from error


# --- filling a log -------------------------------------------------------------------------------------------


def into_shop(folder: Path, plan: Plan, *, add: bool) -> list[Outcome]:
    """Visits along shelves, into the log of a shop. Raises InputError for a log that holds events, unless `add`."""
    with Shop.open(folder) as shop, progress("Days") as step:
        known = shop.audience.log.count()
        if known and not add:
            raise InputError(
                f"{folder} has {known:,} events already; simulated ones would be among them.",
                hint="Add them with --add, or choose a shop without events.",
            )
        return fill(
            shop,
            plan.parameters,
            shoppers=plan.shoppers,
            days=plan.days,
            seed=plan.seed,
            start=plan.start,
            progress=step,
        )


def at_server(url: str, plan: Plan) -> list[Outcome]:
    """Visits at a server."""
    with HttpDoor(url) as door, progress("Days") as step:
        market = Market.of(door.products(), plan.parameters.needs["consumable"])
        world = plan.world(market, [0] * plan.shoppers)
        course, clock, days = Course.begin(world), Clock(plan.start), range(plan.days)
        made = run(world, course, door, "personal", clock=clock, days=days, between=lambda day: step(day, plan.days))
        return list(made)


# --- comparing -----------------------------------------------------------------------------------------------


def compared_at(url: str, plan: Plan) -> dict[Policy, list[Outcome]]:
    """Visits under each policy at one server; the shoppers of each have names of their own there."""
    with HttpDoor(url) as door:
        market = Market.of(door.products(), plan.parameters.needs["consumable"])
        arms: dict[Policy, Arm] = {}
        for policy in POLICIES:
            world = plan.world(market, plan.joins(), f"simulated-{plan.seed}-{policy}")
            arms[policy] = Arm(policy, world, door, Clock(plan.start))
        return _measured(arms, Course.begin(arms[BASE].world), plan)


def compared_in_copies(shop: Path, plan: Plan) -> dict[Policy, list[Outcome]]:
    """Visits under each policy in copies of a shop that have the same history."""
    with Shop.open(shop) as opened:  # a folder that is no shop is told here
        market = Market.of(opened.catalog.store.products(), plan.parameters.needs["consumable"])
    world = plan.world(market, plan.joins())
    with ExitStack() as stack:
        work = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="shelfwise-simulate-")))
        base = copied(shop, work / "base", log=False)
        course, now = _history(base, world, plan.history)
        arms: dict[Policy, Arm] = {}
        for policy in POLICIES:
            one = stack.enter_context(served(copied(base, work / policy, log=True), Clock(now)))
            door = stack.enter_context(HttpDoor(one.address))
            arms[policy] = Arm(policy, world, door, one.clock, lambda day, one=one: _night(one, day, plan))  # type: ignore[misc]
        return _measured(arms, course, plan)


def _history(folder: Path, world: World, days: int) -> tuple[Course, datetime]:
    course, clock = Course.begin(world), Clock(world.start)
    with served(folder, clock) as one, HttpDoor(one.address) as door, progress("Days before") as step:

        def between(day: int) -> None:
            one.shop.catch_up()
            step(day, days)

        for _ in run(world, course, door, BASE, clock=clock, days=range(days), between=between):
            pass
        one.shop.fit_recommender()
    return course, clock.now


def _night(one: Served, day: int, plan: Plan) -> None:
    """What a shop does before its doors open."""
    measured = day - plan.history
    if measured and measured % plan.fit_days == 0:
        one.shop.fit_recommender()
    else:
        one.shop.catch_up()


def _measured(arms: Mapping[Policy, Arm], course: Course, plan: Plan) -> dict[Policy, list[Outcome]]:
    with progress("Days") as step:
        return run_arms(arms, course, range(plan.history, plan.history + plan.days), step)
