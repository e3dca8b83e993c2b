"""One engine in a process of its own: reads requests as lines of JSON, answers with lines of JSON.

Standard library only: this runs in every peer's own environment.

    {"do": "build", "feed": FOLDER, "into": FOLDER}     → {"seconds": …}
    {"do": "open", "feed": FOLDER, "folder": FOLDER}    → {"seconds": …, "version": …, "tasks": {…}, "knobs": […]}
    {"do": "search", "task": …, "series": …, "numbers": […], "knob": …, "seconds": …}
                                                        → {"ms": […], "cpu_ms": […], "rows": [[…]…], "facets": [{…}…]}

A search is timed from the query as a shop has it (text, a vector of the engine's own kind, filters) to plain Python
values: row, title, brand and price of TOP products, and counts as dictionaries. `seconds` bounds a request: when they
have passed, the answer has fewer queries than were asked.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import sys
import time
from abc import ABC, abstractmethod
from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

TOP = 10  # products on a page
DEPTH = 100  # how deep each ranking is read before two are fused
BARS = 8  # bars of the price histogram
BRANDS, CATEGORIES = 20, 50  # facet values shown, the most frequent ones
BATCH = 2000

LEXICAL, DENSE, DENSE_FILTERED = "lexical", "dense", "dense+filters"
FACETED, HYBRID, FULL = "lexical+filters+facets", "hybrid+filters", "hybrid+filters+facets"
TASKS = (LEXICAL, DENSE, DENSE_FILTERED, FACETED, HYBRID, FULL)


@dataclass(frozen=True)
class Query:
    """What is asked: any of the words, near the vector, low ≤ price ≤ high, one of the brands if any are given."""

    text: str
    vector: array[float]
    low: float
    high: float
    brands: tuple[str, ...]

    @property
    def step(self) -> float:
        """Width of a bar of the price histogram: 1, 2 or 5 times a power of ten, at most BARS bars and one more."""
        width = (self.high - self.low) / BARS
        power = 10.0 ** math.floor(math.log10(width))
        return next(part * power for part in (1.0, 2.0, 5.0, 10.0) if part * power >= width * (1 - 1e-9))

    def bars(self) -> list[float]:
        """The lower ends of the bars from low to high."""
        first = int(self.low // self.step)
        return [number * self.step for number in range(first, int(self.high // self.step) + 1)]


@dataclass(frozen=True)
class Answer:
    """What an engine found: rows in order, and counts by facet."""

    rows: Sequence[int]
    facets: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


class Feed:
    """A folder written by benchmarks/speed/feed.py."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        about = json.loads((folder / "feed.json").read_bytes())
        self.n, self.dim = int(about["n"]), int(about["dim"])

    def products(self) -> Iterator[list[dict[str, Any]]]:
        """Products in batches."""
        with (self.folder / "products.jsonl").open("rb") as lines:
            batch = []
            for line in lines:
                batch.append(json.loads(line))
                if len(batch) == BATCH:
                    yield batch
                    batch = []
            if batch:
                yield batch

    def vectors(self) -> Iterator[array[float]]:
        """The vectors of each batch, all numbers in one row."""
        with (self.folder / "vectors.f32").open("rb") as file:
            while numbers := file.read(4 * self.dim * BATCH):
                yield array("f", numbers)

    def queries(self, series: str) -> list[Query]:
        """The queries of a series."""
        numbers = array("f", (self.folder / f"{series}.f32").read_bytes())
        lines = map(json.loads, (self.folder / f"{series}.jsonl").read_bytes().splitlines())
        return [
            Query(
                line["text"],
                numbers[number * self.dim : (number + 1) * self.dim],
                line["low"],
                line["high"],
                tuple(line["brands"]),
            )
            for number, line in enumerate(lines)
        ]


class Adapter(ABC):
    """An engine as the benchmark sees it.

    tasks: what it offers → "native", or how the rest is made up. knobs: values of its search parameter, cheapest
    first; the first with enough recall is used. setup: how it was set up, for the report.
    """

    version: str
    setup: str
    tasks: Mapping[str, str]
    knobs: Sequence[int] = (0,)

    @abstractmethod
    def build(self, feed: Feed, into: Path) -> None:
        """Index the whole feed into a folder, ready for search, and close it."""

    @abstractmethod
    def open(self, folder: Path) -> None:
        """Open what was built."""

    def vector(self, numbers: array[float]) -> Any:
        """A query vector as the engine likes it best; not timed."""
        return numbers.tolist()

    @abstractmethod
    def search(self, task: str, query: Query, vector: Any, knob: int) -> Answer:
        """Answer a query."""


def rolled_up(leaves: Mapping[str, int]) -> dict[str, int]:
    """Counts of category paths and of all their parents, from those of the leaves."""
    counts: dict[str, int] = {}
    for path, count in leaves.items():
        steps = path.split(" > ")
        for end in range(1, len(steps) + 1):
            prefix = " > ".join(steps[:end])
            counts[prefix] = counts.get(prefix, 0) + count
    return counts


class Server:
    """Answers requests with one adapter."""

    def __init__(self, adapter: Adapter) -> None:
        self.adapter = adapter
        self._queries: dict[str, list[tuple[Query, Any]]] = {}

    def build(self, feed: str, into: str) -> dict[str, Any]:
        start = time.perf_counter()
        self.adapter.build(Feed(Path(feed)), Path(into))
        return {"seconds": time.perf_counter() - start}

    def open(self, feed: str, folder: str) -> dict[str, Any]:
        start = time.perf_counter()
        self.adapter.open(Path(folder))
        seconds = time.perf_counter() - start
        source = Feed(Path(feed))
        for series in ("tune", "ask"):
            self._queries[series] = [(query, self.adapter.vector(query.vector)) for query in source.queries(series)]
        about = {"version": self.adapter.version, "setup": self.adapter.setup, "knobs": list(self.adapter.knobs)}
        return {"seconds": seconds, "tasks": dict(self.adapter.tasks), **about}

    def search(self, task: str, series: str, numbers: list[int], knob: int, seconds: float) -> dict[str, Any]:
        ms, cpu_ms, answers, end = [], [], [], time.perf_counter() + seconds
        for number in numbers:
            query, vector = self._queries[series][number]
            start, busy = time.perf_counter(), time.process_time()
            answer = self.adapter.search(task, query, vector, knob)
            stop = time.perf_counter()
            cpu_ms.append(round(1000 * (time.process_time() - busy), 4))
            ms.append(round(1000 * (stop - start), 4))
            answers.append(answer)
            if stop > end:
                break
        found = {"rows": [list(a.rows) for a in answers], "facets": [dict(a.facets) for a in answers]}
        return {"ms": ms, "cpu_ms": cpu_ms, **found}


def serve(adapter: Adapter) -> None:
    """Answer requests from standard input until it ends. What engines print goes to standard error."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    server = Server(adapter)
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = getattr(server, request.pop("do"))(**request)
        except Exception as error:  # told to the parent, which goes on without this engine
            answer = {"error": f"{type(error).__name__}: {error}"}
        with contextlib.suppress(BrokenPipeError):
            answers.write(json.dumps(answer) + "\n")
            answers.flush()
