"""Days of a shop: who comes when, and what they do there."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import numpy as np

from shelfwise.simulate.shoppers.after import Experience, events_of, experience, learn
from shelfwise.simulate.shoppers.base import Clock, Door
from shelfwise.simulate.shoppers.draws import Draws
from shelfwise.simulate.shoppers.market import Market
from shelfwise.simulate.shoppers.parameters import Parameters
from shelfwise.simulate.shoppers.policies import Pages, Policy
from shelfwise.simulate.shoppers.setting import Setting
from shelfwise.simulate.shoppers.shopper import Character, State, comes
from shelfwise.simulate.shoppers.visit import Outcome, Visit

# Visits by hour of the day: few at night, most in the evening.
HOURS: Final = np.array([1, 1, 1, 1, 1, 1, 2, 3, 4, 5, 6, 6, 7, 7, 6, 6, 6, 6, 7, 8, 10, 10, 7, 3], np.float64)
MORNING: Final = timedelta(hours=6)  # when what happened to purchases is told

Between = Callable[[int], None]  # called before each day


@dataclass(frozen=True, slots=True)
class World:
    """A market and the shoppers that come to it. Nothing in it changes.

    start: the first moment of day 0.
    """

    setting: Setting
    shoppers: tuple[Character, ...]
    start: datetime

    @classmethod
    def drawn(
        cls, market: Market, parameters: Parameters, joins: Sequence[int], *, seed: int, start: datetime, name: str = ""
    ) -> World:
        """A world under a seed. joins: the day from which each shopper may come. name: what pseudonyms begin with."""
        draws = Draws.seeded(seed)
        setting = Setting.drawn(market, parameters, draws)
        shoppers = tuple(
            Character.drawn(setting, draws, number, f"{name or f'simulated-{seed}'}-{number:05d}", day)
            for number, day in enumerate(joins)
        )
        return cls(setting, shoppers, start)


@dataclass(slots=True)
class Course:
    """How it stands with a world: goes on from day to day; a copy goes its own way."""

    states: list[State]
    waiting: list[tuple[int, int, int, Experience]] = field(default_factory=list)

    @classmethod
    def begin(cls, world: World) -> Course:
        """Before the first day."""
        return cls([State() for _ in world.shoppers])


def run(
    world: World,
    course: Course,
    door: Door,
    policy: Policy,
    *,
    clock: Clock,
    days: range,
    between: Between = lambda day: None,
) -> Iterator[Outcome]:
    """The visits of some days, in order of time, as they are made. `course` and `clock` go along."""
    looking = world.setting.parameters.looking
    pages = Pages(door, policy, int(looking["shown"]), int(looking["results"]))
    for day in days:
        clock.now = world.start + timedelta(days=day)
        between(day)
        clock.now = world.start + timedelta(days=day) + MORNING
        _tell(world, course, door, clock, day)
        for time, number in _arrivals(world, course, day):
            clock.now = world.start + timedelta(days=day, seconds=time)
            outcome = Visit(world.shoppers[number], course.states[number], world.setting, pages, clock, day=day).run()
            for product in outcome.bought:
                found = experience(world.shoppers[number], world.setting, product, day)
                heapq.heappush(course.waiting, (found.day, number, product, found))
            yield outcome


def _arrivals(world: World, course: Course, day: int) -> list[tuple[float, int]]:
    """Seconds of the day and shopper, in order."""
    found = []
    for number, who in enumerate(world.shoppers):
        if comes(who, course.states[number], day, world.setting.parameters):
            draws = who.draws.of("arrives", day)
            hour = draws.pick("hour", HOURS)
            found.append((3600.0 * (hour + draws.uniform("minute")), number))
    return sorted(found)


def _tell(world: World, course: Course, door: Door, clock: Clock, day: int) -> None:
    """What shoppers tell of earlier purchases on a day."""
    while course.waiting and course.waiting[0][0] <= day:
        _, number, _, found = heapq.heappop(course.waiting)
        learn(found, course.states[number], world.setting.parameters)
        events = events_of(found, world.shoppers[number], world.setting.market, clock.now)
        if events:
            door.record(events)
