"""What the server counts, for Prometheus; and one log line a request, without personal data."""

from __future__ import annotations

import os
from collections import Counter as Counts
from collections.abc import Callable, Sequence

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shelfwise.behaviour.base import Receipt
from shelfwise.slate import Recommendations, Slate
from shelfwise.types import Event
from shelfwise.understanding.base import Understanding

SHARED = "PROMETHEUS_MULTIPROC_DIR"  # prometheus_client's own: the folder that several processes count in together
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12)
_STEP_SECONDS = (0.00005, 0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.3)


class Metrics:
    """Counters of one app, in a registry of their own (several shops may be served by one process)."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        labels = ("method", "route")
        self.requests = Counter("shelfwise_requests", "Requests answered.", (*labels, "status"), registry=self.registry)
        self.seconds = Histogram(
            "shelfwise_request_seconds", "Time to answer.", labels, buckets=_SECONDS, registry=self.registry
        )
        self.stages = Histogram(
            "shelfwise_search_stage_seconds",
            "Time of each stage of a search.",
            ("stage",),
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.steps = Histogram(
            "shelfwise_understanding_step_seconds",
            "Time of each step of understanding a query.",
            ("step",),
            buckets=_STEP_SECONDS,
            registry=self.registry,
        )
        self.failed = Counter(
            "shelfwise_understanding_failed", "Steps that could not be run.", ("step",), registry=self.registry
        )
        self.degraded = Counter(
            "shelfwise_degraded", "Searches answered without a part.", ("part",), registry=self.registry
        )
        self.empty = Counter("shelfwise_zero_results", "Searches that found nothing.", registry=self.registry)
        self.relaxed = Counter(
            "shelfwise_relaxed", "Searches that had to drop something to find anything.", registry=self.registry
        )
        self.recommendations = Counter(
            "shelfwise_recommendations",
            "Recommendations answered, from rows made before (ready) or for the answer (made).",
            ("rows",),
            registry=self.registry,
        )
        self.events = Counter("shelfwise_events", "Events given to the log.", ("kind",), registry=self.registry)
        self.outcomes = Counter(
            "shelfwise_events_outcomes", "What became of events.", ("outcome",), registry=self.registry
        )
        self.marks = Counter("shelfwise_events_marks", "Events that look odd.", ("mark",), registry=self.registry)
        self.busy = Counter("shelfwise_events_busy", "Requests with events that were put off.", registry=self.registry)
        self.inside = Gauge(
            "shelfwise_jobs",
            "Jobs running or waiting for a thread.",
            registry=self.registry,
            multiprocess_mode="livesum",
        )

    def observe(self, slate: Slate) -> Slate:
        """Counts a search, and passes it on."""
        self.understood(slate.understanding)
        for stage, milliseconds in slate.took.items():
            self.stages.labels(stage).observe(milliseconds / 1000)
        for part in slate.degraded:
            self.degraded.labels(part).inc()
        if not slate.total:
            self.empty.inc()
        if slate.relaxed:
            self.relaxed.inc()
        return slate

    def understood(self, u: Understanding) -> Understanding:
        """Counts what the steps of understanding did, and passes it on."""
        for note in u.notes:
            self.steps.labels(note.step).observe(note.milliseconds / 1000)
        for step in u.failed:
            self.failed.labels(step).inc()
        return u

    def recommended(self, answer: Recommendations) -> Recommendations:
        """Counts an answer with recommendations, and passes it on."""
        self.recommendations.labels("made" if "rows" in answer.took else "ready").inc()
        return answer

    def recorded(self, events: Sequence[Event], receipt: Receipt, refused: int) -> None:
        """Counts events that were given to the log, and what became of them and of those refused before."""
        wrong = {refusal.index for refusal in receipt.refused}
        for kind, count in Counts(one.kind for at, one in enumerate(events) if at not in wrong).items():
            self.events.labels(kind).inc(count)
        for outcome in ("accepted", "repeated", "withheld"):
            self.outcomes.labels(outcome).inc(getattr(receipt, outcome))
        self.outcomes.labels("refused").inc(len(wrong) + refused)
        for mark, count in receipt.marks.items():
            self.marks.labels(mark).inc(count)

    def text(self) -> bytes:
        """All metrics in Prometheus' text format; of all server processes together where there are several."""
        registry = self.registry
        if SHARED in os.environ:
            registry = CollectorRegistry()
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        return generate_latest(registry)


class Observer:
    """ASGI middleware: counts and times each request by its route, and logs it.

    The log line has no address, query or product of the request: method, route template, status, milliseconds.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics, clock: Callable[[], float]) -> None:
        self.app = app
        self.metrics = metrics
        self.clock = clock
        self.log = structlog.get_logger("shelfwise.access")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        status = 500
        start = self.clock()

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, watched)
        finally:
            self._note(scope, status, self.clock() - start)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", "unknown")
        method = scope["method"] if scope["method"] in _METHODS else "other"
        self.metrics.requests.labels(method, route, str(status)).inc()
        self.metrics.seconds.labels(method, route).observe(seconds)
        self.log.info("request", method=method, route=route, status=status, ms=round(seconds * 1000, 2))


_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
