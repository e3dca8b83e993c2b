"""The chain: order, time, failures, what is left out."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import pytest
from structlog.testing import capture_logs

from shelfwise.errors import EncoderError
from shelfwise.understanding.base import Understanding
from shelfwise.understanding.pipeline import Pipeline

SECRET = "my neighbour's wedding ring 4111111111111111"


@dataclass
class Adds:
    """Adds its name to the core."""

    name: str

    def __call__(self, u: Understanding) -> Understanding:
        return u.but(core=f"{u.core}{self.name}")


@dataclass
class Fails:
    name: str
    error: Exception

    def __call__(self, u: Understanding) -> Understanding:
        raise self.error


def run(*steps: Adds | Fails, without: tuple[str, ...] = (), skip: tuple[str, ...] = ()) -> Understanding:
    ticks = itertools.count()
    return Pipeline(steps, without, clock=lambda: float(next(ticks)))(Understanding(SECRET), skip)


def test_steps_run_in_order_and_each_is_noted_with_its_time() -> None:
    u = run(Adds("a"), Adds("b"), Adds("c"))
    assert u.core == "abc"
    assert [(note.step, note.milliseconds, note.changed) for note in u.notes] == [
        ("a", 1000.0, "core: a"),
        ("b", 1000.0, "core: ab"),
        ("c", 1000.0, "core: abc"),
    ]


def test_steps_are_left_out_for_all_queries_or_for_one() -> None:
    u = run(Adds("a"), Adds("b"), Adds("c"), without=("a", "nobody"), skip=("c",))
    assert (u.core, [note.step for note in u.notes]) == ("b", ["b"])


def test_a_step_that_changes_nothing_is_noted_without_a_change() -> None:
    note = Pipeline([Adds("")])(Understanding("x")).notes[0]
    assert (note.step, note.changed, note.confidence) == ("", "", None)
    assert note.milliseconds >= 0


def test_a_failed_step_is_noted_and_the_others_still_run() -> None:
    u = run(Adds("a"), Fails("bad", ValueError(SECRET)), Adds("b"), Fails("worse", MemoryError()), Adds("c"))
    assert u.core == "abc"
    assert u.failed == ("bad", "worse")
    assert [note.step for note in u.notes] == ["a", "bad", "b", "worse", "c"]
    assert all(note.milliseconds >= 0 for note in u.notes)


def test_the_log_names_the_step_and_says_nothing_of_the_shopper() -> None:
    with capture_logs() as logs:
        run(Fails("bad", ValueError(f"cannot read {SECRET!r}")))
    assert [(line["event"], line["step"]) for line in logs] == [("step_failed", "bad")]
    assert "ValueError" in str(logs)
    assert not any(word in str(logs) for word in SECRET.split())


def test_some_errors_go_to_the_caller() -> None:
    step = Fails("vector", EncoderError("no answer"))
    with pytest.raises(EncoderError):
        Pipeline([step], through=(EncoderError,))(Understanding("x"))
    assert Pipeline([step])(Understanding("x")).failed == ("vector",)


@pytest.mark.parametrize("error", [KeyboardInterrupt(), SystemExit()])
def test_what_ends_the_process_is_no_failure_of_a_step(error: BaseException) -> None:
    with pytest.raises(type(error)):
        Pipeline([Fails("bad", error)])(Understanding("x"))  # type: ignore[arg-type]
