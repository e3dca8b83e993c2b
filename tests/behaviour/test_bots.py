from __future__ import annotations

import random

import pytest

from shelfwise.behaviour.bots import suspects
from shelfwise.behaviour.table import EventTable
from shelfwise.types import Event
from tests.behaviour.times import click, minutes

RANDOM = random.Random(7)


def person(shopper: str = "ann") -> list[Event]:
    """Looks at 60 products over some hours, now fast, now slow."""
    at, out = 0.0, []
    for i in range(60):
        at += RANDOM.choice((0.2, 1, 2, 9))
        out.append(click(f"{shopper}{i}", shopper, f"p{RANDOM.randrange(500):03}", at))
    return out


def found(events: list[Event]) -> list[tuple[str, str]]:
    return [(each.shopper, each.rule) for each in suspects(EventTable.of(events))]


def test_a_person_is_none() -> None:
    assert found(person()) == []


def test_a_page_of_impressions_is_no_rush() -> None:
    shown = [Event(f"i{i}", "impression", "ann", minutes(1), slate=tuple(f"p{j}" for j in range(50))) for i in range(9)]
    assert found(shown) == []


@pytest.mark.parametrize(
    ("rule", "events"),
    [
        ("minute", [click(str(i), "bot", f"p{i % 7}", 5) for i in range(121)]),
        ("day", [click(str(i), "bot", f"p{i % 7}", i * 0.2) for i in range(5001)]),
        ("dwell", [click(str(i), "bot", f"p{(i * 7) % 61}", i * (0.01 + (i % 3) / 500)) for i in range(60)]),
        ("clockwork", [click(str(i), "bot", f"p{(i * 7) % 61}", i * 2) for i in range(60)]),
        ("catalogue", [click(str(i), "bot", f"p{i:03}", i + (i % 5) * 0.15) for i in range(60)]),
        ("hours", [click(str(i), "bot", f"p{i % 7}", i * 60) for i in range(24)]),
    ],
)
def test_each_rule(rule: str, events: list[Event]) -> None:
    assert ("bot", rule) in found([*person(), *events])
    assert {name for name, _ in found([*person(), *events])} == {"bot"}


def test_a_suspect_says_why() -> None:
    [suspect] = suspects(EventTable.of([click(str(i), "bot", "p", 5) for i in range(121)]))[:1]
    assert suspect.rule in {"minute", "clockwork", "dwell"}
    by_rule = {each.rule: each for each in suspects(EventTable.of([click(str(i), "bot", "p", 5) for i in range(121)]))}
    assert by_rule["minute"].message == "121 events within one minute, more than 120"
    assert (by_rule["minute"].found, by_rule["minute"].threshold) == (121, 120)


def test_events_without_a_shopper_are_nobodys() -> None:
    assert found([click(str(i), "", "p", 5, consent="anonymous") for i in range(500)]) == []
    assert found([]) == []
