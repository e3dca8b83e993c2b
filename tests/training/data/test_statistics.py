from __future__ import annotations

from dataclasses import replace
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shelfwise.training.data.examples import Example
from shelfwise.training.data.statistics import Statistics, fingerprint, lengths
from tests.training.data.made import EXAMPLES, pair


def test_figures_of_a_hand_worked_set() -> None:
    figures = Statistics.of(
        [
            Example("wireless mouse", ("a red mouse", "无线鼠标"), (1.0, 0.0), "m", "judgments"),
            pair("无线鼠标", "一只无线鼠标", 0.5, source="log"),
            pair("lamp", "a cap", 0.0, source="log"),
        ]
    )
    assert (figures.examples, figures.texts, figures.positives, figures.negatives) == (3, 4, 2, 2)
    assert (figures.without_positive, figures.groups) == (1, 3)
    assert figures.sources == {"judgments": 1, "log": 2}
    assert figures.query_languages == {"en": 2, "zh": 1}
    assert figures.text_languages == {"en": 2, "zh": 2}
    assert figures.grades == {"0.00": 2, "0.50": 1, "1.00": 1}
    assert figures.queries.characters == (4, 14, 14)
    assert figures.answers.words == (3, 3, 3)


def test_nothing_has_no_length() -> None:
    assert Statistics.of([]).queries.words == (0, 0, 0)


@settings(deadline=None)
@given(st.lists(st.integers(1, 40), min_size=1, max_size=30))
def test_lengths_are_percentiles(sizes: list[int]) -> None:
    found = lengths(["x" * size for size in sizes])
    assert found.characters == tuple(np.percentile(sizes, [50, 95, 100], method="nearest"))
    assert found.words == (1, 1, 1)


@settings(deadline=None)
@given(st.lists(EXAMPLES, max_size=8), st.randoms())
def test_the_hash_does_not_follow_the_order(examples: list[Example], random: Random) -> None:
    turned = list(examples)
    random.shuffle(turned)
    assert fingerprint(turned) == fingerprint(examples)


@pytest.mark.parametrize(
    "change", [{"query": "x"}, {"texts": ("x",)}, {"grades": (0.9,)}, {"group": "x"}, {"source": "x"}, {"time": 1.0}]
)
def test_any_change_changes_the_hash(change: dict[str, object]) -> None:
    before = pair("lamp", "a lamp")
    assert fingerprint([replace(before, **change)]) != fingerprint([before])  # type: ignore[arg-type]


def test_twice_the_same_is_not_once() -> None:
    assert fingerprint([pair("a", "b")] * 2) != fingerprint([pair("a", "b")])
