from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shelfwise.evaluation.intervals import Interval
from shelfwise.evaluation.report.plots import bars, symmetric_scale, unit_scale, whisker

VALUES = st.lists(st.one_of(st.floats(-1, 1), st.just(math.nan)), max_size=30)


@given(VALUES)
def test_differences_fit_on_their_axis_and_zero_is_in_the_middle(values: list[float]) -> None:
    scale = symmetric_scale(values)
    assert scale.place(0) == 50
    assert all(abs(value) <= scale.high + 1e-9 for value in values if not math.isnan(value))
    widest = max((abs(value) for value in values if not math.isnan(value)), default=0)
    assert widest < 0.01 or scale.high <= 4 * widest  # no axis dwarfs what it shows


@given(VALUES)
def test_every_known_value_has_a_bar_inside_the_plot(values: list[float]) -> None:
    drawn = bars(symmetric_scale(values), [str(value) for value in values], np.array(values), 0.0).bars
    assert len(drawn) == sum(not math.isnan(value) for value in values)
    assert [bar.left for bar in drawn] == sorted(bar.left for bar in drawn)
    for bar in drawn:
        assert bar.top >= 0
        assert bar.top + bar.height <= 100.5
        assert bar.sign == (float(bar.label) > 0) - (float(bar.label) < 0)


def test_bars_by_hand() -> None:
    (low, high) = bars(unit_scale(), ["half", "full"], np.array([0.5, 1.0]), 0.75).bars
    assert (low.left, low.width, low.top, low.height) == (0, 50, 50, 50)
    assert (high.left, high.width, high.top, high.height) == (50, 50, 0, 100)


def test_whisker() -> None:
    drawn = whisker(unit_scale(), 0.5, Interval(0.25, 0.75))
    assert drawn is not None
    assert (drawn.low, drawn.mean, drawn.high, drawn.zero) == (25, 50, 75, 0)
    assert whisker(unit_scale(), math.nan, Interval(math.nan, math.nan)) is None


@pytest.mark.parametrize(("widest", "reach"), [(0.0, 0.01), (0.03, 0.03), (0.32, 0.4), (0.6, 0.75), (1.0, 1.0)])
def test_axes_end_at_round_numbers(widest: float, reach: float) -> None:
    assert symmetric_scale([widest]).high == pytest.approx(reach)
