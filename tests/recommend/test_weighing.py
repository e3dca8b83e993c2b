"""A log that follows one generator gives that generator the weight."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from shelfwise.behaviour.table import EventTable
from shelfwise.errors import InputError
from shelfwise.recommend.blend import Shares
from shelfwise.recommend.catalogue import table_of
from shelfwise.recommend.fitting import Opened
from shelfwise.recommend.generators.item_knn import ItemKnn
from shelfwise.recommend.generators.popular import Popular
from shelfwise.recommend.generators.transitions import Transitions
from shelfwise.recommend.learnt import WEIGHTS, keep_weights, learnt_blend
from shelfwise.recommend.offline.generated import generated_lists, log_task
from shelfwise.recommend.weighing import learn_weights
from shelfwise.types import Candidates, Event, Product

START = datetime(2026, 1, 1, tzinfo=UTC)
CATALOG = table_of([Product(str(n), f"product {n}") for n in range(30)])


def log(shoppers: int = 80) -> EventTable:
    """Everybody goes through the products in order, each from a place of their own, a step an hour."""
    return EventTable.of(
        Event(f"{who} {step}", "click", f"s{who}", START + timedelta(hours=step), str((who + step) % 30))
        for who in range(shoppers)
        for step in range(6)
    )


def test_what_predicts_gets_the_weight() -> None:
    weights = learn_weights([Transitions, Popular], log(), CATALOG, share=0.8)
    assert weights["transitions"] > 3 > weights["popular"]
    assert weights == learn_weights([Transitions, Popular], log(), CATALOG, share=0.8)


def test_what_was_shown_to_all_gets_no_weight_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Popular explains most of a log in which all were shown the same; rows for one shopper still begin with theirs."""
    learnt = {"transitions": 0.6, "popular": 4.0}
    monkeypatch.setattr("shelfwise.recommend.learnt.learn_weights", lambda *given: learnt)
    keep_weights(tmp_path / WEIGHTS, [Transitions, Popular], log(), CATALOG)
    blend = learnt_blend(Opened({}, None, {}, tmp_path))
    assert blend is not None
    found = {
        "transitions": Candidates(("own",), {"transitions": np.array([1.0], np.float32)}),
        "popular": Candidates(("famous",), {"popular": np.array([1.0], np.float32)}),
    }
    assert blend.blend(found, {"transitions": 1.0, "popular": 0.1}).ids == ("own", "famous")


def test_lists_of_a_generator_are_those_of_the_same_model() -> None:
    given = log_task(log(), CATALOG, share=0.8)
    assert len(given.requests) == len(given.task.truth)
    assert given.events.time.max() < int(given.requests[0].at.timestamp() * 1000)
    lists = generated_lists(Transitions().fit(given.events, CATALOG), given, 5)
    first = given.task.truth.items[given.task.truth.starts[:-1]]
    assert (lists[:, 0] == first).mean() > 0.9
    seen = given.task.histories
    for row, own in enumerate(lists):
        assert not set(own.tolist()) & set(seen.product[seen.starts[row] : seen.starts[row + 1]].tolist())


def test_a_log_that_is_too_short() -> None:
    with pytest.raises(InputError):
        learn_weights([ItemKnn], EventTable.of([]), CATALOG)


def test_shares_add_up_with_learnt_weights_before_the_recipe_s() -> None:
    found = {
        "one": Candidates(("a", "b"), {"one": np.array([10.0, 5.0], np.float32)}),
        "two": Candidates(("b", "c"), {"two": np.array([0.2, -0.1], np.float32)}),
    }
    plain = Shares().blend(found, {"one": 1.0, "two": 0.8})
    assert plain.ids == ("b", "a", "c")
    assert plain.score.tolist() == pytest.approx([1.3, 1.0, 0.0])
    learnt = Shares({"one": 4.0}).blend(found, {"one": 1.0, "two": 0.1})
    assert learnt.ids == ("a", "b", "c")
    assert learnt.score.tolist() == pytest.approx([4.0, 2.4, 0.0])
    for name in found:
        assert learnt.parts[name].shape == (3,)
    np.testing.assert_allclose(sum(learnt.parts.values()), learnt.score)


def test_nothing_found() -> None:
    assert Shares().blend({}, {}).ids == ()
