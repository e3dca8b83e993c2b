from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from shelfwise.errors import InputError
from shelfwise.evaluation import evaluate_search

QRELS = {"tea": {"a": 2, "b": 0, "c": 1}, "pot": {"p": 1}}


def ticking(step: float) -> Iterator[float]:
    now = 0.0
    while True:
        yield now
        now += step


def clock(step: float = 0.002):  # type: ignore[no-untyped-def]
    ticks = ticking(step)
    return lambda: next(ticks)


def search(text: str, limit: int) -> Sequence[str]:
    return {"tea": ["b", "x", "a"], "茶": ["a", "c"], "壶": [], "pot": ["p"]}[text][:limit]


def test_asks_every_query_and_keeps_the_order_given() -> None:
    done: list[tuple[int, int, str]] = []
    searched = evaluate_search(search, QRELS, clock=clock(), progress=lambda *each: done.append(each))
    assert list(searched.run["tea"]) == ["b", "x", "a"]
    assert searched.evaluation.means["mrr@10"] == pytest.approx((1 / 3 + 1) / 2)
    assert done == [(1, 2, "pot"), (2, 2, "tea")]
    assert searched.pool_run is None


def test_times_the_search_and_not_the_pool() -> None:
    searched = evaluate_search(search, QRELS, clock=clock(0.002), pool_search=lambda text, ids: ids)
    assert searched.milliseconds == pytest.approx([2.0, 2.0])
    assert searched.as_json()["took_ms"]["p50"] == 2.0


def test_the_pool_search_chooses_among_the_judged() -> None:
    given: dict[str, list[str]] = {}

    def pool(text: str, ids: Sequence[str]) -> Sequence[str]:
        given[text] = list(ids)
        return sorted(ids)

    searched = evaluate_search(search, QRELS, clock=clock(), pool_search=pool)
    assert given == {"tea": ["a", "b", "c"], "pot": ["p"]}
    assert searched.evaluation.separate_pool
    assert searched.evaluation.means["pool_ndcg@10"] == pytest.approx((1 + 3.5 / (3 + 1 / 1.584962500721156)) / 2)


def test_translations_are_asked_in_place_of_the_queries() -> None:
    searched = evaluate_search(search, QRELS, clock=clock(), texts={"tea": "茶", "pot": "壶", "spare": "余"})
    assert searched.run == {"tea": {"a": 2.0, "c": 1.0}, "pot": {}}
    assert searched.texts == {"tea": "茶", "pot": "壶"}
    assert searched.as_json()["per_query"]["text"] == ["壶", "茶"]
    assert searched.as_json()["queries_without_results"] == 1


def test_a_query_without_a_translation_is_named() -> None:
    with pytest.raises(InputError, match="found no translation of 1 of 2 judged queries: 'pot'"):
        evaluate_search(search, QRELS, clock=clock(), texts={"tea": "茶"})


def test_a_pool_search_must_keep_to_the_pool() -> None:
    with pytest.raises(InputError, match="the pool search for 'pot' found 'x'"):
        evaluate_search(search, QRELS, clock=clock(), pool_search=lambda text, ids: [*ids, "x"])


def test_an_error_of_the_search_names_the_query() -> None:
    def broken(text: str, limit: int) -> Sequence[str]:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError) as error:
        evaluate_search(broken, QRELS, clock=clock())
    assert error.value.__notes__ == ["while searching 'pot'"]


def test_depth_bounds_what_is_asked_and_read() -> None:
    searched = evaluate_search(lambda text, limit: ["x", "a"], QRELS, clock=clock(), depth=1)
    assert searched.run["tea"] == {"x": 1.0}
