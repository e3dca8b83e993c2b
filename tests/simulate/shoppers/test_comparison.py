"""Gains and their intervals."""

from __future__ import annotations

import numpy as np
import pytest

from shelfwise.simulate.shoppers.comparison import compare, sessions
from shelfwise.simulate.shoppers.experiment import joins
from shelfwise.simulate.shoppers.visit import Outcome


def visit(number: int, visit: int, bought: int, spent: float = 0.0) -> Outcome:
    return Outcome(number, 0, visit, False, 1, 2, bought, 0.1 * bought, tuple(range(bought)), spent, 0.5, 5)


def test_gains_by_hand_for_cold_and_warm() -> None:
    base = [visit(0, 0, 1), visit(0, 1, 0), visit(0, 2, 1), visit(1, 5, 0)]  # cold: 1 of 2, warm: 1 of 2
    other = [visit(0, 0, 1), visit(0, 1, 0), visit(0, 2, 2), visit(1, 5, 1), visit(1, 6, 0)]  # cold 1/2, warm 3/3
    found = {
        (one.part, one.measure): one for one in compare({"popular": base, "personal": other}, "popular", 2)["personal"]
    }
    assert (found["cold", "purchases"].base, found["cold", "purchases"].gain) == (0.5, 0.0)
    assert (found["warm", "purchases"].value, found["warm", "purchases"].gain) == (1.0, 1.0)
    assert found["all", "purchases"].value == pytest.approx(4 / 5)
    assert found["all", "conversion"].value == pytest.approx(3 / 5)


def test_the_interval_covers_the_truth_and_pairing_makes_it_narrow() -> None:
    random = np.random.default_rng(0)
    rates = random.uniform(0.1, 2.0, 300)
    base = [visit(number, time, int(random.poisson(rate))) for number, rate in enumerate(rates) for time in range(4)]
    more = [visit(one.number, one.visit, len(one.bought) + (random.random() < 0.3)) for one in base]
    truth = 0.3 / rates.mean()
    paired = compare({"popular": base, "personal": more}, "popular", 300)["personal"][0]
    assert paired.interval.low < truth < paired.interval.high
    other = [visit(299 - one.number, one.visit, len(one.bought)) for one in more]  # pairs torn apart
    torn = compare({"popular": base, "personal": other}, "popular", 300)["personal"][0]
    assert paired.interval.high - paired.interval.low < 0.6 * (torn.interval.high - torn.interval.low)


def test_nothing_bought_under_the_base_gives_no_interval_and_no_warning() -> None:
    found = compare({"popular": [visit(0, 0, 0)], "personal": [visit(0, 0, 1)]}, "popular", 1)["personal"][0]
    assert found.gain == float("inf")
    assert np.isnan(found.interval.low) or np.isinf(found.interval.low)


def test_cold_sessions_are_the_first_two_of_a_shopper() -> None:
    made = [visit(0, number, 0) for number in range(5)]
    assert [len(sessions(made, part)) for part in ("all", "cold", "warm")] == [5, 2, 3]


def test_newcomers_come_while_it_is_measured() -> None:
    found = joins(200, 30, 20)
    assert found.count(0) == 100
    assert all(30 <= day < 46 for day in found if day)
