"""The budget of an hour and of a day."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from shelfwise.errors import GeneratorError
from shelfwise.language.base import Budget, Message
from shelfwise.language.generators.fake import FakeGenerator
from shelfwise.language.generators.metered import MeteredGenerator

ASKED = [Message("user", "x" * 300)]  # 100 tokens
CALL = Budget(tokens=50)


class Clock:
    now = 3600.0 * 24 * 1000

    def __call__(self) -> float:
        return self.now


def metered(path: Path, clock: Clock, *, hourly: int = 0, daily: int = 0, answer: str = "y" * 30) -> MeteredGenerator:
    return MeteredGenerator(FakeGenerator(answer), path / "book.db", hourly=hourly, daily=daily, clock=clock)


def calls(generator: MeteredGenerator, most: int = 50) -> int:
    """How many calls go through before one does not."""
    for done in range(most):
        try:
            list(generator.generate(ASKED, budget=CALL))
        except GeneratorError as error:
            assert "are spent" in str(error)
            return done
    return most


def test_the_hour_is_kept_to_and_ends(tmp_path: Path) -> None:
    clock = Clock()
    generator = metered(tmp_path, clock, hourly=500)
    assert calls(generator) == 4  # 110 each once the unused 40 are given back; the 5th may need 150 beside 440
    clock.now += 3600
    assert calls(generator) == 4


def test_the_day_is_kept_to_and_slides(tmp_path: Path) -> None:
    clock = Clock()
    generator = metered(tmp_path, clock, hourly=300, daily=500)
    done = []
    for _ in range(26):
        done.append(calls(generator))
        clock.now += 3600
    assert done == [2, 2, *[0] * 22, 2, 2]


def test_no_bound(tmp_path: Path) -> None:
    assert calls(metered(tmp_path, Clock(), daily=0)) == 50


def test_an_answer_costs_at_most_its_budget(tmp_path: Path) -> None:
    generator = metered(tmp_path, Clock(), hourly=450, answer="手" * 700)
    assert calls(generator) == 3


def test_a_call_that_fails_costs_what_was_asked(tmp_path: Path) -> None:
    fake = FakeGenerator(GeneratorError("down"))
    generator = MeteredGenerator(fake, tmp_path / "book.db", hourly=350, daily=0, clock=Clock())
    told = []
    for _ in range(4):
        with pytest.raises(GeneratorError) as caught:
            list(generator.generate(ASKED, budget=CALL))
        told.append(str(caught.value)[:4])
    assert told == ["down", "down", "down", "fake"]


def test_a_restart_and_another_process_forgive_nothing(tmp_path: Path) -> None:
    clock = Clock()
    first, second = (metered(tmp_path, clock, hourly=500) for _ in range(2))
    assert calls(first, 2) == 2
    first.close()
    assert calls(second) == 2


def test_the_book_does_not_grow(tmp_path: Path) -> None:
    clock = Clock()
    generator = metered(tmp_path, clock, hourly=500)
    for _ in range(60):
        calls(generator, 1)
        clock.now += 3600
    generator.close()
    with sqlite3.connect(tmp_path / "book.db") as book:
        assert book.execute("SELECT count(*) FROM spent").fetchone()[0] <= 24
    book.close()


def test_without_a_book_nothing_is_spent(tmp_path: Path) -> None:
    (tmp_path / "book.db").write_bytes(b"this is no database, whatever its name says" * 99)
    with pytest.raises(GeneratorError, match=r"book\.db: what is spent cannot be kept"):
        metered(tmp_path, Clock(), hourly=500)
