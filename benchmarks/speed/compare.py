"""The same work for every engine, in one run: built, tuned to equal recall, then asked in turns.

Each engine builds in one process and searches in another, in which its memory is measured. Its search parameter is
tuned on queries of their own, for dense search alone and for dense search under filters: the cheapest value whose
recall@10 is that of Shelfwise (less SLACK), and at least RECALL. Then come rounds; in each, every engine gets the same
new queries, task by task, and the order of the engines turns by one. A ratio to Shelfwise is taken in each round, so
that the rounds show how much it varies.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean, median
from typing import Any

import numpy as np

from benchmarks.peers.serving import DENSE, DENSE_FILTERED, FULL, HYBRID, TASKS
from benchmarks.speed.engines import OURS, Engine, EngineError, python_of, size_of
from benchmarks.speed.feed import recall

RECALL, SLACK = 0.95, 0.01
TRUTH = {DENSE: "all", DENSE_FILTERED: "filtered"}
Say = Callable[[str], None]


@dataclass(frozen=True)
class Limits:
    """Bounds of a run, in seconds and queries."""

    build: float = 450.0  # of one engine
    task: float = 8.0  # of one engine in one task of one round
    rounds: int = 3
    warm: int = 20  # queries before the clock counts, for each task
    cores: int = 1  # that an engine may search with


@dataclass
class Measured:
    """Figures of one engine. ms, cpu_ms: task → a list of milliseconds for each round."""

    name: str
    version: str = ""
    setup: str = ""
    error: str = ""
    build_seconds: float = 0.0
    build_mb: float = 0.0
    disk_mb: float = 0.0
    open_seconds: float = 0.0
    memory: Mapping[str, float] = field(default_factory=dict)
    offered: Mapping[str, str] = field(default_factory=dict)
    knobs: dict[str, int] = field(default_factory=dict)
    recall: dict[str, float] = field(default_factory=dict)
    ms: dict[str, list[list[float]]] = field(default_factory=dict)
    cpu_ms: dict[str, list[list[float]]] = field(default_factory=dict)

    def times(self, task: str, kind: str = "ms") -> list[float]:
        """All times of a task."""
        return [ms for part in getattr(self, kind).get(task, []) for ms in part]


def ratio(peer: Measured, ours: Measured, task: str, kind: str = "ms") -> tuple[float, float, float] | None:
    """How many times as long the peer's median is as that of Shelfwise: the middle round, the least and the most."""
    pairs = [(p, o) for p, o in zip(getattr(peer, kind).get(task, []), getattr(ours, kind).get(task, []), strict=False)]
    rounds = [median(p) / max(median(o), 1e-3) for p, o in pairs if p and o]
    if not rounds:
        return None
    return median(rounds), min(rounds), max(rounds)


class Comparison:
    """One run over one feed."""

    def __init__(self, feed: Path, out: Path, queries: int, limits: Limits, say: Say) -> None:
        self.feed, self.out, self.queries, self.limits, self.say = feed, out, queries, limits, say
        self.truth = {series: dict(np.load(feed / f"{series}.npz")) for series in ("tune", "ask")}
        self._engines: dict[str, Engine] = {}
        self._hits: dict[tuple[str, str], list[float]] = {}
        self._wanted = dict.fromkeys(TRUTH, RECALL)  # recall@10 that engines are tuned to

    def run(self, names: Sequence[str]) -> list[Measured]:
        """Build, tune and ask the engines; one that fails says why in `error`."""
        measured = [Measured(name) for name in (OURS, *names)]
        try:
            for one in measured:
                self._guarded(one, self._build)
            for one in measured:
                self._guarded(one, self._open)
            for number in range(self.limits.rounds):
                order = measured[number % len(measured) :] + measured[: number % len(measured)]
                self._round(number, order)
            for one in measured:
                if one.name in self._engines:
                    one.memory = self._engines[one.name].memory()
        finally:
            for engine in self._engines.values():
                engine.close()
        return measured

    def _guarded(self, one: Measured, step: Callable[[Measured], None]) -> None:
        if one.error:
            return
        try:
            step(one)
        except (EngineError, OSError) as error:
            one.error = str(error)
            self.say(f"{one.name}: {error}")
            if one.name in self._engines:
                self._engines.pop(one.name).close()

    def _start(self, name: str, cores: int | None = None) -> Engine:
        return Engine(name, python_of(name, self.out), self.out / f"{name}.log", cores)

    def _folder(self, name: str) -> Path:
        return self.out / "indexes" / name

    def _build(self, one: Measured) -> None:
        shutil.rmtree(self._folder(one.name), ignore_errors=True)
        self._folder(one.name).parent.mkdir(parents=True, exist_ok=True)
        with self._start(one.name) as engine:
            request = {"do": "build", "feed": str(self.feed), "into": str(self._folder(one.name))}
            one.build_seconds = engine.ask(self.limits.build, **request)["seconds"]
            one.build_mb = engine.memory()["peak"]
        one.disk_mb = size_of(self._folder(one.name))
        self.say(f"{one.name}: built in {one.build_seconds:.1f} s, {one.disk_mb:.0f} MB on disk")

    def _open(self, one: Measured) -> None:
        engine = self._engines[one.name] = self._start(one.name, self.limits.cores)
        about = engine.ask(120, do="open", feed=str(self.feed), folder=str(self._folder(one.name)))
        one.version, one.setup, one.offered = about["version"], about["setup"], about["tasks"]
        one.open_seconds = about["seconds"]
        for task, truth in TRUTH.items():
            if task in one.offered:
                one.knobs[task], found = self._tuned(engine, task, truth, about["knobs"])
                self.say(f"{one.name}: {task} tuned to {one.knobs[task]}, recall {found:.3f}")
                if one.name == OURS:
                    self._wanted[task] = max(RECALL, found - SLACK)
        for task in one.offered:
            self._ask(engine, one, task, "tune", range(self.limits.warm))

    def _tuned(self, engine: Engine, task: str, truth: str, knobs: Sequence[int]) -> tuple[int, float]:
        """The cheapest value of the search parameter that finds enough, or the dearest, and its recall."""
        right, knob, share = self.truth["tune"][truth], 0, 0.0
        for knob in knobs:
            request = {"task": task, "series": "tune", "numbers": list(range(len(right))), "knob": knob}
            found = engine.ask(600, do="search", seconds=4 * self.limits.task, **request)["rows"]
            share = mean(recall(rows, right[number]) for number, rows in enumerate(found))
            if share >= self._wanted[task]:
                break
        return knob, share

    def _ask(self, engine: Engine, one: Measured, task: str, series: str, numbers: Sequence[int]) -> dict[str, Any]:
        dense = DENSE_FILTERED if task in (HYBRID, FULL) else task
        knob = one.knobs.get(dense, 0)
        request = {"task": task, "series": series, "numbers": list(numbers), "knob": knob}
        return engine.ask(600, do="search", seconds=self.limits.task, **request)

    def _round(self, number: int, order: Sequence[Measured]) -> None:
        share = self.queries // self.limits.rounds
        numbers = range(number * share, (number + 1) * share)
        for task in TASKS:
            for one in order:
                if task in one.offered and not one.error:
                    self._guarded(one, lambda one, task=task: self._measure(one, task, numbers))  # type: ignore[misc]
            times = {one.name: median(one.ms[task][-1]) for one in order if one.ms.get(task)}
            self.say(f"round {number + 1}, {task}: " + ", ".join(f"{n} {ms:.2f} ms" for n, ms in times.items()))

    def _measure(self, one: Measured, task: str, numbers: Sequence[int]) -> None:
        answer = self._ask(self._engines[one.name], one, task, "ask", numbers)
        one.ms.setdefault(task, []).append(answer["ms"])
        one.cpu_ms.setdefault(task, []).append(answer["cpu_ms"])
        if task in TRUTH:
            right = self.truth["ask"][TRUTH[task]]
            hits = [recall(rows, right[at]) for at, rows in zip(numbers, answer["rows"], strict=False)]
            self._hits.setdefault((one.name, task), []).extend(hits)
            one.recall[task] = mean(self._hits[one.name, task])


def to_stderr(line: str) -> None:
    """Progress of a run."""
    print(line, file=sys.stderr, flush=True)
