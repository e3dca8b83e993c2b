from __future__ import annotations

import dataclasses
from collections.abc import Collection
from datetime import timedelta
from typing import Any

import pytest

from shelfwise.behaviour.base import Logged
from shelfwise.behaviour.checks import RULES, CheckReport, check_log
from shelfwise.behaviour.summary import Summary
from shelfwise.types import Event
from tests.behaviour.times import AT, click, minutes

NOW = AT + timedelta(days=30)


def good() -> list[Event]:
    """Ten shoppers on eight days, each with all that should be there."""
    out: list[Event] = []
    for day in range(8):
        for who in range(10):
            start, name, query = 1440 * day + 60 * who, f"s{who}", f"q{day}-{who}"
            common: dict[str, Any] = {"shopper": name, "query_id": query}
            at = [minutes(start + 0.5 + step) for step in range(6)]
            out += [
                Event(f"{query}a", "search", time=at[0], text="mug", **common),
                Event(f"{query}b", "impression", time=at[1], slate=("p1", "p2"), position=1 + who, **common),
                Event(f"{query}c", "click", time=at[2], product="p2", position=2 + who, **common),
                Event(f"{query}d", "view", time=at[3], product="p2", **common),
                Event(f"{query}e", "cart", time=at[4], product="p2", **common),
                Event(f"{query}f", "purchase", time=at[5], product="p2", value=9.0, **common),
            ]
    return out


def checked(events: list[Event], known: Collection[str] = ("p1", "p2")) -> CheckReport:
    batch = [Logged(number, event, event.time) for number, event in enumerate(events, 1)]
    return check_log(Summary.of([batch]), NOW, lambda ids: set(ids) & set(known))


def changed(kind: str | None = None, **fields: Any) -> list[Event]:
    return [dataclasses.replace(event, **fields) if kind in (None, event.kind) else event for event in good()]


def test_a_good_log_has_no_findings_and_says_what_was_looked_at() -> None:
    report = checked(good())
    assert report.findings == ()
    assert report.rules == (*RULES, "unknown_product")
    assert report.summary["events"] == 480
    assert report.summary["kinds"]["purchase"] == 80
    assert (report.summary["shoppers"], report.summary["products"], report.summary["days"]) == (10, 2, 8)


def test_impressions_of_whole_lists_may_all_begin_at_one() -> None:
    assert checked(changed("impression", position=1)).findings == ()
    alone = checked(changed("impression", position=1, slate=(), product="p1")).findings
    assert [finding.rule for finding in alone] == ["same_position"]


TOMORROW = NOW + timedelta(days=1)
CASES: list[tuple[str, list[Event], int, str]] = [
    ("no_events", [], 0, ""),
    ("no_impression", [event for event in good() if event.kind != "impression"], 400, ""),
    ("no_purchase", [event for event in good() if event.kind != "purchase"], 400, ""),
    ("no_search", [event for event in good() if event.kind != "search"], 400, ""),
    ("no_position", changed("click", position=None), 80, "q0-0c"),
    ("same_position", changed("click", position=1), 80, "q0-0c"),
    ("click_without_query_id", changed("click", query_id=None), 80, "q0-0c"),
    ("unknown_query_id", changed("click", query_id="row"), 1, "q0-0c"),
    (
        "more_clicks",
        [*good(), *(click(f"x{i}", "s1", "p1", i, query_id="q0-1", position=i + 1) for i in range(100))],
        20,
        "q0-0c",
    ),
    ("purchase_without_value", changed("purchase", value=None), 80, "q0-0f"),
    ("one_shopper", changed(shopper="visitor"), 480, "visitor"),
    ("new_shoppers", [dataclasses.replace(event, shopper=event.id) for event in good()], 480, "q0-0a"),
    ("future", [*good(), Event("z", "view", "s1", TOMORROW, product="p1")], 1, ""),
    ("backwards", good()[::-1], 420, "q6-9f"),
    (
        "midnight",
        [dataclasses.replace(event, time=event.time.replace(hour=0, minute=0, second=0)) for event in good()],
        480,
        "",
    ),
    ("days_missing", [*good(), Event("z", "view", "s1", minutes(1440 * 10), product="p1")], 2, "2026-01-09"),
    ("weak_days", [event for event in good() if not event.id.startswith("q3") or event.id == "q3-0a"], 1, "2026-01-04"),
    ("said_twice", [*good(), *(dataclasses.replace(event, id=f"{event.id}2") for event in good())], 480, "q0-0a2"),
]


@pytest.mark.parametrize(("rule", "events", "count", "example"), CASES, ids=[case[0] for case in CASES])
def test_each_rule(rule: str, events: list[Event], count: int, example: str) -> None:
    by_rule = {finding.rule: finding for finding in checked(events).findings}
    assert rule in by_rule, sorted(by_rule)
    assert (by_rule[rule].count, by_rule[rule].example) == (count, example)
    assert by_rule[rule].todo
    assert by_rule[rule].message


@pytest.mark.parametrize(("known", "level", "count"), [(("p1",), "error", 400), (("p2",), "warning", 80)])
def test_unknown_products(known: tuple[str, ...], level: str, count: int) -> None:
    [finding] = checked(good(), known).findings
    assert (finding.rule, finding.level, finding.count, finding.of) == ("unknown_product", level, count, 480)
    assert finding.example == ("p2" if known == ("p1",) else "p1")


def test_errors_come_first() -> None:
    levels = [finding.level for finding in checked(changed("click", query_id=None, position=1)).findings]
    assert levels == sorted(levels)
    assert len(levels) >= 2
