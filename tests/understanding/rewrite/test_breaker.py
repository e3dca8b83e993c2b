"""A failing service is left alone for a while."""

from __future__ import annotations

from shelfwise.understanding.rewrite.breaker import Breaker


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_it_closes_after_failures_in_a_row() -> None:
    breaker = Breaker(3, 60, clock=Clock())
    assert [breaker.failed(), breaker.failed()] == [False, False]
    breaker.succeeded()
    assert [breaker.failed(), breaker.failed()] == [False, False]
    assert breaker.lets_through()
    assert breaker.failed()
    assert not breaker.lets_through()


def test_one_call_is_let_through_after_a_while() -> None:
    clock = Clock()
    breaker = Breaker(1, 60, clock=clock)
    breaker.failed()
    clock.now += 59
    assert not breaker.lets_through()
    clock.now += 1
    assert [breaker.lets_through(), breaker.lets_through()] == [True, False]
    assert not breaker.failed()  # told once, when it closed
    clock.now += 60
    assert breaker.lets_through()
    breaker.succeeded()
    assert [breaker.lets_through(), breaker.lets_through()] == [True, True]
