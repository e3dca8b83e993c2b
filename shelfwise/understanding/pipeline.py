"""The chain: steps in order, each timed, any of them switched off."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence
from typing import Final

import structlog

from shelfwise.understanding.base import Note, Step, Understanding
from shelfwise.understanding.explain import changes

Clock = Callable[[], float]  # seconds, for durations only

# Left out when a query is searched as typed.
LITERAL: Final = frozenset({"spelling", "constraints", "tagging", "carriers", "rewrite"})


class Pipeline:
    """Runs the steps whose names are not in `without`. A step that fails is left out, noted and logged by name only:
    texts of shoppers stay out of the log. Errors of the kinds in `through` go to the caller."""

    def __init__(
        self,
        steps: Sequence[Step],
        without: Collection[str] = (),
        *,
        through: tuple[type[Exception], ...] = (),
        clock: Clock = time.perf_counter,
    ) -> None:
        self.steps = tuple(step for step in steps if step.name not in without)
        self._through = through
        self._clock = clock

    def __call__(self, u: Understanding, skip: Collection[str] = ()) -> Understanding:
        """What the steps make of `u`, with a note of each."""
        for step in self.steps:
            if step.name not in skip:
                u = self._run(step, u)
        return u

    def _run(self, step: Step, u: Understanding) -> Understanding:
        start = self._clock()
        try:
            after = step(u)
        except self._through:
            raise
        except Exception as error:
            structlog.get_logger("shelfwise.understanding").warning(
                "step_failed", step=step.name, error=repr(type(error))
            )
            after = u.but(failed=(*u.failed, step.name))
        took = 1000 * (self._clock() - start)
        changed, confidence = changes(u, after)
        return after.but(notes=(*after.notes, Note(step.name, took, changed, confidence)))
