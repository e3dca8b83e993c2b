"""Models of the time to the next purchase: worked by hand, and true on shoppers whose rates are known."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from shelfwise.recommend.prediction.base import PurchaseTime
from shelfwise.recommend.prediction.bgnbd import BgNbd
from shelfwise.recommend.prediction.predictor import TIMES
from shelfwise.recommend.prediction.purchases import Purchases, purchases
from shelfwise.recommend.prediction.weibull import WeibullGaps
from tests.recommend.prediction.worlds import DAY, START, table_of


def test_purchases_by_hand() -> None:
    table = table_of(
        [
            (0, 1, "purchase", 0.0),
            (0, 2, "purchase", 0.1),  # the same order
            (0, 1, "purchase", 10.0),
            (0, 1, "purchase", 30.0),
            (1, 1, "click", 3.0),
            (2, 1, "purchase", 20.0),
            (0, 1, "purchase", 50.0),  # after the moment
        ]
    )
    found = purchases(table, START + 40 * DAY)
    assert found.shopper.tolist() == [0, 2]
    assert found.repeats.tolist() == [2, 0]
    assert found.last.tolist() == [30, 0]
    assert found.age.tolist() == [40, 20]
    assert found.gaps.tolist() == [10, 20]
    assert found.silence.tolist() == [10, 20]
    assert found.where(np.array([False, True])).gaps.tolist() == []
    assert found.where(np.array([True, False])).gap_shopper.tolist() == [0, 0]


def history(repeats: float, last: float, age: float) -> Purchases:
    return Purchases(
        np.array([0]), np.array([repeats]), np.array([last]), np.array([age]), np.zeros(0), np.zeros(0, np.int64)
    )


def test_bg_nbd_by_hand() -> None:
    model = BgNbd(r=1.0, alpha=10.0, a=1.0, b=2.0)
    assert model.stays(history(0, 0, 100)) == [1.0]  # nobody leaves before the second purchase
    assert model.stays(history(2, 10, 30)) == pytest.approx([1 / (1 + 1 / 3 * 2**3)])
    assert model.within(history(0, 0, 10), 20.0) == pytest.approx([1 - 20 / 40])
    assert model.due(history(0, 0, 10)) == pytest.approx([20.0])
    assert model.within(history(0, 0, 10), model.due(history(0, 0, 10))) == pytest.approx([0.5])


@pytest.mark.parametrize(("x", "last", "age"), [(2, 30.43, 38.86), (0, 0.0, 20.0), (5, 10.0, 38.0)])
def test_bg_nbd_against_its_definition(x: int, last: float, age: float) -> None:
    """Rates and chances of leaving drawn from the prior (of CDNOW, in weeks) and weighed by the likelihood."""
    model, random = BgNbd(0.243, 4.414, 0.793, 2.426), np.random.default_rng(0)
    rate, leaving = random.gamma(0.243, 1 / 4.414, 1_000_000), random.beta(0.793, 2.426, 1_000_000)
    stayed = (1 - leaving) ** x * rate**x * np.exp(-rate * age)
    left = leaving * (1 - leaving) ** max(x - 1, 0) * rate**x * np.exp(-rate * last) if x else 0.0
    total = np.sum(stayed + left)
    assert model.stays(history(x, last, age)) == pytest.approx([stayed.sum() / total], rel=0.03)
    buys = stayed @ (1 - np.exp(-rate * 10)) / total
    assert model.within(history(x, last, age), 10.0) == pytest.approx([buys], rel=0.03)


def test_weibull_by_hand() -> None:
    steady = WeibullGaps(k=1.0, mean=20.0, weight=1.0)  # no memory: the silence does not matter
    assert steady.within(history(0, 0, 100), 20.0) == pytest.approx([1 - np.exp(-1)])
    assert steady.due(history(0, 0, 100)) == pytest.approx([20 * np.log(2)])
    rhythm = WeibullGaps(k=3.0, mean=20.0, weight=1.0)  # the mean of its own gaps of 40 and of 20
    assert rhythm.within(history(1, 40, 40), 30.0)[0] < rhythm.within(history(1, 40, 70), 30.0)[0]
    assert rhythm.within(history(1, 40, 70), rhythm.due(history(1, 40, 70))) == pytest.approx([0.5])


def drawn(seed: int, n: int, gap, leaving: float = 0.0, days: float = 200.0):  # type: ignore[no-untyped-def]
    random = np.random.default_rng(seed)
    rows = []
    for who in range(n):
        day, draw = random.uniform(0, days / 2), gap(random)
        while day < days:
            rows.append((who, 0, "purchase", day))
            if random.random() < leaving:
                break
            day += max(1.0, draw())
    return table_of(rows)


def gamma_rates(random):  # type: ignore[no-untyped-def]
    rate = random.gamma(2.0, 1 / 40)
    return lambda: random.exponential(1 / rate)


def weibull_gaps(random):  # type: ignore[no-untyped-def]
    return lambda: 20 * random.weibull(2.5) / 0.8873


def test_bg_nbd_finds_the_rates_it_was_drawn_at() -> None:
    table = drawn(1, 3_000, gamma_rates, leaving=0.15)
    found = BgNbd().fit(purchases(table, START + 200 * DAY))
    assert found.r / found.alpha == pytest.approx(2 / 40, rel=0.2)  # several purchases of a day are one
    assert found.a / (found.a + found.b) == pytest.approx(0.15, rel=0.25)


def test_weibull_finds_the_gaps_it_was_drawn_with() -> None:
    found = WeibullGaps().fit(purchases(drawn(2, 800, weibull_gaps), START + 200 * DAY))
    assert found.k == pytest.approx(2.5, rel=0.1)
    assert found.mean == pytest.approx(20, rel=0.1)


@pytest.mark.parametrize(
    ("model", "gap", "leaving"), [(BgNbd(), gamma_rates, 0.15), (WeibullGaps(), weibull_gaps, 0.0)]
)
def test_chances_are_true(model: PurchaseTime, gap, leaving: float) -> None:  # type: ignore[no-untyped-def]
    table = drawn(3, 3_000, gap, leaving)
    at = START + 150 * DAY
    past = purchases(table, at)
    told = model.fit(past).within(past, 15.0)
    after = table.where((table.time > at) & (table.time <= at + 15 * DAY))
    came = np.isin(past.shopper, after.shopper)
    assert told.mean() == pytest.approx(came.mean(), abs=0.03)
    for low, high in ((0.0, 0.33), (0.33, 0.66), (0.66, 1.01)):
        inside = (told >= low) & (told < high)
        if inside.sum() > 100:
            assert told[inside].mean() == pytest.approx(came[inside].mean(), abs=0.06)


@pytest.mark.parametrize("model", TIMES)
def test_contract(model: PurchaseTime) -> None:
    past = purchases(drawn(4, 200, gamma_rates, 0.1), START + 100 * DAY)
    fitted = model.fit(past)
    assert type(model)(**fitted.state()) == fitted
    chances = [fitted.within(past, days) for days in (0.0, 1.0, 10.0, 1_000.0)]
    assert all(((chance >= 0) & (chance <= 1)).all() for chance in chances)
    assert chances[0] == pytest.approx(np.zeros(len(past)))
    assert all((later >= sooner).all() for sooner, later in pairwise(chances))
    due = fitted.due(past)
    assert (due > 0).all()
    assert np.isfinite(due).all()
    assert model.fit(past.where(np.zeros(len(past), np.bool_))) == model
