"""The experiment: the same shoppers in the same shop, under one policy and under another."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from shelfwise.simulate.shoppers.base import Clock, Door
from shelfwise.simulate.shoppers.policies import Policy
from shelfwise.simulate.shoppers.running import Between, Course, World, run
from shelfwise.simulate.shoppers.visit import Outcome

JOINING: Final = 0.8  # of the days that are measured: newcomers come until then

Progress = Callable[[int, int | None], None]


@dataclass(frozen=True, slots=True)
class Arm:
    """A shop under a policy: the way in, the clock it goes by, and what is done before each day. `world` names the
    shoppers as this shop knows them."""

    policy: Policy
    world: World
    door: Door
    clock: Clock
    between: Between = lambda day: None


def joins(shoppers: int, history: int, days: int) -> list[int]:
    """The first day of each shopper: every other one is there from the first day on, the others come while it is
    measured, evenly.

    >>> joins(4, 10, 20)
    [0, 14, 0, 22]
    """
    return [0 if number % 2 == 0 else history + int(number / shoppers * JOINING * days) for number in range(shoppers)]


def run_arms(
    arms: Mapping[Policy, Arm], course: Course, days: range, progress: Progress = lambda done, total: None
) -> dict[Policy, list[Outcome]]:
    """The visits of some days under each policy. All begin with the same `course`, which stays as it is; the arms
    take turns day by day."""
    courses = {policy: copy.deepcopy(course) for policy in arms}
    outcomes: dict[Policy, list[Outcome]] = {policy: [] for policy in arms}
    for day in days:
        for policy, arm in arms.items():
            one = range(day, day + 1)
            outcomes[policy] += run(
                arm.world, courses[policy], arm.door, policy, clock=arm.clock, days=one, between=arm.between
            )
        progress(day + 1 - days.start, len(days))
    return outcomes
