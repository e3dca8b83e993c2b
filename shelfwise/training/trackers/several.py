"""Several trackers as one; none of them can stop the training."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import structlog

from shelfwise.training.trackers.base import Run, Tracker


class Several:
    """Hands everything to each of its trackers. One that fails is named once in the log and then left out."""

    name = "several"

    def __init__(self, trackers: Sequence[Tracker]) -> None:
        self.trackers = list(trackers)

    def start(self, run: Run) -> None:
        """Starts each."""
        self._each(lambda tracker: tracker.start(run))

    def log(self, step: int, figures: Mapping[str, float]) -> None:
        """Logs to each."""
        self._each(lambda tracker: tracker.log(step, figures))

    def finish(self, summary: Mapping[str, float]) -> None:
        """Finishes each."""
        self._each(lambda tracker: tracker.finish(summary))

    def _each(self, call: Callable[[Tracker], None]) -> None:
        for tracker in tuple(self.trackers):
            try:
                call(tracker)
            except Exception as error:
                self.trackers.remove(tracker)
                structlog.get_logger("shelfwise.training").warning(
                    "tracker_failed", tracker=tracker.name, error=f"{type(error).__name__}: {error}"
                )
