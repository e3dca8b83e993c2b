"""All predictions together: true on a shop whose shoppers are known, blind for the future, kept and read again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import orjson
import pytest

from shelfwise.errors import InputError, NotFoundError, ShelfwiseError
from shelfwise.recommend.prediction import TARGETS, Predictor, report
from shelfwise.recommend.prediction.outcomes import outcomes
from shelfwise.recommend.prediction.predictor import ARRAYS, JSON
from tests.recommend.prediction.worlds import DAY, PATHS, START, table_of, visits

AT = START + 80 * DAY
DAYS = 10.0


@pytest.fixture(scope="module")
def world():  # type: ignore[no-untyped-def]
    table = visits(0)
    return table, Predictor.fit(table, PATHS, AT, DAYS)


def test_chances_are_true(world) -> None:  # type: ignore[no-untyped-def]
    table, predictor = world
    found = predictor.predict(table, PATHS, AT)
    codes = np.array([table.shoppers.index(name) for name in found.shoppers])
    true = outcomes(table, codes, AT, DAYS)
    for target in TARGETS:
        chances = found.chances[target]
        assert chances.mean() == pytest.approx(true[target].mean(), abs=0.05), target
        likely = chances >= np.quantile(chances, 0.8)
        assert chances[likely].mean() == pytest.approx(true[target][likely].mean(), abs=0.12), target
        assert true[target][likely].mean() > 1.3 * true[target].mean(), target


def test_shoppers_stay_with_their_category(world) -> None:  # type: ignore[no-untyped-def]
    table, predictor = world
    found = predictor.predict(table, PATHS, AT)
    assert all(1 <= len(told) <= 3 for told in found.categories)
    assert all(sum(chance for _, chance in told) <= 1 + 1e-9 for told in found.categories)
    assert np.mean([told[0][1] for told in found.categories if told]) > 0.5
    assert set(dict(found.categories[0])) <= set(PATHS.values())


def test_only_buyers_are_due(world) -> None:  # type: ignore[no-untyped-def]
    table, predictor = world
    found = predictor.predict(table, PATHS, AT)
    bought = table.of_kinds("purchase")
    buyers = {table.shoppers[code] for code in bought.shopper[bought.time <= AT]}
    assert {name for name, due in zip(found.shoppers, found.due, strict=True) if not np.isnan(due)} == buyers


def test_what_comes_later_changes_neither_model_nor_answer(world) -> None:  # type: ignore[no-untyped-def]
    table, predictor = world
    past = table.where(table.time <= AT)
    again = Predictor.fit(past, PATHS, AT, DAYS)
    one, other = predictor.predict(table, PATHS, AT), again.predict(past, PATHS, AT)
    assert one.shoppers == other.shoppers
    for target in TARGETS:
        assert np.array_equal(one.chances[target], other.chances[target])
    assert np.array_equal(one.due, other.due, equal_nan=True)
    assert one.categories == other.categories


def test_kept_and_read_again(world, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    table, predictor = world
    predictor.save(tmp_path)
    one, other = predictor.predict(table, PATHS, AT), Predictor.load(tmp_path).predict(table, PATHS, AT)
    for target in TARGETS:
        assert np.array_equal(one.chances[target], other.chances[target])
    assert (one.categories, one.days) == (other.categories, other.days)
    assert np.array_equal(one.due, other.due, equal_nan=True)


def test_likeliest_first(world) -> None:  # type: ignore[no-untyped-def]
    table, predictor = world
    found = predictor.predict(table, PATHS, AT)
    buying = found.chances["purchase"][found.first("purchase", 5)]
    assert buying.tolist() == sorted(found.chances["purchase"], reverse=True)[:5]
    back = found.chances["churn"][found.first("churn", 5)]
    assert back.tolist() == sorted(found.chances["churn"])[:5]


def test_products_without_a_category_and_shops_with_nobody() -> None:
    table = visits(1, shoppers=60, days=40)
    predictor = Predictor.fit(table, {}, START + 40 * DAY, 5.0)
    found = predictor.predict(table, {}, START + 40 * DAY)
    assert set(found.categories) == {()}
    nobody = predictor.predict(table_of([]), {}, START)
    assert (len(nobody), nobody.first("click", 3)) == (0, [])


@pytest.mark.parametrize("days", [41.0, 400.0])
def test_a_log_that_is_too_short_says_so(days: float) -> None:
    with pytest.raises(InputError, match="reaches back 7"):
        Predictor.fit(visits(1, shoppers=60, days=82), PATHS, AT, days)
    with pytest.raises(InputError, match="reaches back 0"):
        Predictor.fit(table_of([]), PATHS, AT, days)
    with pytest.raises(InputError, match="reaches back"):
        report(table_of([]), PATHS, days)


@pytest.mark.parametrize("file", [JSON, ARRAYS])
@pytest.mark.parametrize("content", [None, b"", b"{}", b"[1, 2]"])
def test_a_damaged_predictor_says_what_to_do(world, tmp_path: Path, file: str, content: bytes | None) -> None:  # type: ignore[no-untyped-def]
    world[1].save(tmp_path)
    if content is None:
        (tmp_path / file).unlink()
    else:
        (tmp_path / file).write_bytes(content)
    with pytest.raises(ShelfwiseError, match="predict fit") as caught:
        Predictor.load(tmp_path)
    assert isinstance(caught.value, NotFoundError) is (content is None)


def test_a_predictor_of_other_features_is_refused(world, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    world[1].save(tmp_path)
    told = orjson.loads((tmp_path / JSON).read_bytes())
    (tmp_path / JSON).write_bytes(orjson.dumps({**told, "features": told["features"][:-1]}))
    with pytest.raises(InputError, match="other features"):
        Predictor.load(tmp_path)


def test_the_report_compares_with_what_costs_nothing() -> None:
    found = report(visits(2), PATHS, DAYS)
    for scores in found.actions.values():
        assert scores["base"].auc.value == 0.5
        assert scores["model"].auc.value > 0.6
        assert scores["model"].log_loss.value < scores["base"].log_loss.value
        assert scores["model"].ece < 0.08
        interval = scores["model"].auc.interval
        assert interval.low <= scores["model"].auc.value <= interval.high
    assert set(found.times) == {"bg_nbd", "weibull"}
    assert found.chosen in found.times
    assert found.categories["model"]["hit@1"] > found.categories["common"]["hit@1"] + 0.3
    assert found.categories["model"]["log_loss"] < found.categories["common"]["log_loss"]
    assert orjson.dumps(found.as_json())


def test_the_report_is_the_same_again() -> None:
    table = visits(3, shoppers=200, days=60)
    assert report(table, PATHS, DAYS, seed=4) == report(table, PATHS, DAYS, seed=4)
