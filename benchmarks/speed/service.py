"""The whole service on one shop: searches as shoppers ask them, in the process and over HTTP.

Every measured query is new to the process: none is answered from the cache of encoded queries. A search has everything
on: words and vectors, a filter, five facets, corrections, highlights and explanations, 24 products to a page. Queries
are those of the demo shop's past shoppers and pieces of its products' titles, half of them Chinese.
"""

from __future__ import annotations

import http.client
import json
import os
import random
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import numpy as np

from benchmarks.speed.compare import Say
from benchmarks.speed.engines import ROOT, EngineError, memory_of
from benchmarks.speed.service_shop import ShopSpec
from shelfwise.retrieval.filters import parse_filter
from shelfwise.service.server import settle
from shelfwise.shop import Shop
from shelfwise.simulate import demo_queries
from shelfwise.types import Locale, Query

FACETS = ("category", "brand", "price", "rating", "attributes.color")
GOALS = {"p50 ms": 12.0, "p99 ms": 40.0, "queries/s": 120.0, "resident MB": 1500.0}
HAN = re.compile("[\u4e00-\u9fff]")
START = 180.0  # seconds that the server may take to open the shop


@dataclass(frozen=True)
class Load:
    """How much is asked: queries in the process, then seconds of `clients` over HTTP; `warm` queries before each."""

    queries: int = 400
    warm: int = 60
    clients: int = 8
    seconds: float = 20.0


@dataclass(frozen=True)
class Times:
    """Milliseconds: percentiles over all queries, and of English and Chinese ones alone."""

    p50: float
    p99: float
    mean: float
    english_p50: float
    chinese_p50: float

    @classmethod
    def of(cls, asked: Sequence[str], ms: Sequence[float]) -> Times:
        """The percentiles of one series."""
        times = np.array(ms)
        chinese = np.array([bool(HAN.search(text)) for text in asked])
        english, han = (float(np.median(part)) if len(part) else 0.0 for part in (times[~chinese], times[chinese]))
        p50, p99 = np.percentile(times, [50, 99]).tolist()
        return cls(p50, p99, float(times.mean()), english, han)


def texts(spec: ShopSpec, count: int) -> list[str]:
    """Different queries in an order of chance, English and Chinese in turn."""
    rng = random.Random(f"{spec.seed}/queries")
    english: dict[str, None] = {}
    chinese: dict[str, None] = {}
    for text, _ in demo_queries(spec.seed):
        (chinese if HAN.search(text) else english)[text] = None
    for product in rng.choices(list(spec.catalogue()), k=2 * count):
        for title in (product.title, *(each.title for each in product.translations.values())):
            words = title.split()
            size = rng.randint(1, 3) if HAN.search(title) else rng.randint(2, 4)
            start = rng.randrange(max(1, len(words) - size + 1))
            piece = " ".join(words[start : start + size]).strip(" ,–-()（）")
            if len(piece) > 1:
                (chinese if HAN.search(piece) else english)[piece] = None
    halves = [rng.sample(list(half), min(len(half), count - count // 2)) for half in (english, chinese)]
    return [text for pair in zip(*halves, strict=False) for text in pair][:count]


def language(text: str) -> Locale:
    """The language of the page that a shopper who asks so would read."""
    return "zh" if HAN.search(text) else "en"


def filters(number: int) -> dict[str, Any]:
    """A price range, and for every other query a good rating too."""
    price = [(10, 3_000), (20, 800), (50, 10_000)][number % 3]
    return {"price": list(price), **({"rating": {"min": 4}} if number % 2 else {})}


def in_process(shop: Path, asked: Sequence[str], load: Load) -> dict[str, Any]:
    """Times of `Shop.search`, one query at a time, by the clock and in processor time, and where they went."""
    ms, cpu, stages = [], [], dict[str, list[float]]()
    with Shop.open(shop) as opened:
        for number, text in enumerate(asked):
            if number == load.warm:
                settle()  # as a server does
            limits = parse_filter(filters(number))
            query = Query(text, filters=limits, facets=FACETS, mode="hybrid", locale=language(text))
            begun, used = time.perf_counter(), time.thread_time()
            slate = opened.search(query)
            if number >= load.warm:
                ms.append(1000 * (time.perf_counter() - begun))
                cpu.append(1000 * (time.thread_time() - used))
                for stage, took in slate.took.items():
                    stages.setdefault(stage, []).append(took)
    measured = asked[load.warm :]
    means = {stage: sum(each) / len(measured) for stage, each in stages.items()}
    return {"wall": vars_of(Times.of(measured, ms)), "cpu": vars_of(Times.of(measured, cpu)), "stages": means}


def over_http(shop: Path, asked: Sequence[str], load: Load, log: Path) -> dict[str, Any]:
    """Queries a second with several clients at once, their times, and the server's memory after it: that of all its
    processes, with what they share counted once."""
    with served(shop, log) as (address, pid):
        Clients(address, asked[: load.warm], load.clients).run(60.0)
        clients = Clients(address, asked[load.warm :], load.clients)
        seconds = clients.run(load.seconds)
        memory = memory_of(pid)
    done = [text for text, _ in clients.done]
    times = Times.of(done, [ms for _, ms in clients.done])
    return {
        "queries": len(done), "seconds": seconds, "per_second": len(done) / seconds, "wall": vars_of(times),
        "answers_kb": clients.size / max(1, len(done)) / 1000, "rss_mb": memory["pss"], "own_mb": memory["own"],
    }  # fmt: skip


class Clients:
    """Threads that each ask one query after the other over one connection."""

    def __init__(self, address: str, asked: Sequence[str], count: int) -> None:
        self._address, self._count = urlsplit(address).netloc, count
        self._asked = iter(list(enumerate(asked)))
        self._lock, self._errors = threading.Lock(), list[str]()
        self.done: list[tuple[str, float]] = []
        self.size = 0

    def run(self, seconds: float) -> float:
        """Ask until the time is over or there are no more queries; the seconds it took. Raises EngineError."""
        start = time.perf_counter()
        threads = [threading.Thread(target=self._ask, args=(start + seconds,)) for _ in range(self._count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if self._errors:
            raise EngineError(self._errors[0])
        return time.perf_counter() - start

    def _ask(self, end: float) -> None:
        connection = http.client.HTTPConnection(self._address, timeout=30)
        while time.perf_counter() < end and not self._errors:
            with self._lock:
                number, text = next(self._asked, (0, ""))
            if not text:
                break
            asked = {"q": text, "filters": json.dumps(filters(number)), "facets": FACETS, "mode": "hybrid"}
            parameters = {**asked, "locale": language(text)}
            begun = time.perf_counter()
            connection.request("GET", f"/v1/search?{urlencode(parameters, doseq=True)}")
            answer = connection.getresponse()
            body = answer.read()
            if answer.status != 200:
                self._errors.append(f"{answer.status}: {body[:200]!r}")
                break
            with self._lock:
                self.done.append((text, 1000 * (time.perf_counter() - begun)))
                self.size += len(body)
        connection.close()


@contextmanager
def served(shop: Path, log: Path) -> Iterator[tuple[str, int]]:
    """`shelfwise serve` in a process of its own: its address and process id. Raises EngineError."""
    command = [sys.executable, "-m", "shelfwise.cli", "serve", "--shop", str(shop), "--port", "0"]
    with log.open("wb") as errors:
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1", "COLUMNS": "300"}
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, env=environment, text=True)
    assert process.stdout is not None
    timer = threading.Timer(START, process.kill)
    timer.start()
    try:
        found = next((match[0] for line in process.stdout if (match := re.search(r"http://\S+", line))), None)
        timer.cancel()
        if found is None:
            raise EngineError(f"the server did not start, see {log}")
        yield found, process.pid
    finally:
        timer.cancel()
        process.terminate()
        process.wait()
        process.stdout.close()


def vars_of(times: Times) -> dict[str, float]:
    """The figures as plain data."""
    return {name: getattr(times, name) for name in times.__dataclass_fields__}


def measure(spec: ShopSpec, shop: Path, load: Load, log: Path, say: Say) -> dict[str, Any]:
    """Everything about one shop that is built."""
    rate = 400  # queries a second for which there are different ones
    asked = texts(spec, load.warm + max(load.queries, int(rate * load.seconds)))
    say(f"{load.queries} searches in the process")
    inside = in_process(shop, asked[: load.warm + load.queries], load)
    say(f"p50 {inside['wall']['p50']:.1f} ms, p99 {inside['wall']['p99']:.1f} ms; now {load.clients} clients over HTTP")
    outside = over_http(shop, asked, load, log)
    say(f"{outside['per_second']:.0f} queries/s, {outside['rss_mb']:.0f} MB")
    return {"in_process": inside, "http": outside}


def as_markdown(found: dict[str, Any]) -> str:
    """The figures as tables."""
    inside, outside, built, about = found["in_process"], found["http"], found["built"], found["about"]
    rows = [
        ("Shop.search, ms", inside["wall"]),
        ("the same in processor time, ms", inside["cpu"]),
        (f"HTTP, {about['clients']} clients at once, ms", outside["wall"]),
    ]
    lines = [
        f"{about['products']:,} products, {about['vectors']} vectors; hybrid search with filter, five facets, "
        f"highlights and explanations, each query new; {about['date']}, {about['machine']['cpu']}, "
        f"{about['machine']['cores']} cores, load at the start {about['machine']['load']}.",
        "",
        "| | p50 | p99 | mean | p50 English | p50 Chinese |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
        *(f"| {name} | " + " | ".join(f"{value:.1f}" for value in times.values()) + " |" for name, times in rows),
        "",
        "| | measured | goal |",
        "| --- | ---: | ---: |",
        f"| p50, in process | {inside['wall']['p50']:.1f} ms | ≤ {GOALS['p50 ms']:.0f} ms |",
        f"| p99, in process | {inside['wall']['p99']:.1f} ms | ≤ {GOALS['p99 ms']:.0f} ms |",
        f"| queries/s, HTTP | {outside['per_second']:.0f} | ≥ {GOALS['queries/s']:.0f} |",
        f"| memory of all server processes | {outside['rss_mb']:.0f} MB (its own {outside['own_mb']:.0f}) "
        f"| ≤ {GOALS['resident MB']:.0f} MB |",
        f"| products written | {built['store_seconds']:.0f} s, {built['catalogue_mb']:.0f} MB | |",
        f"| vectors made | {_seconds(built.get('encode_seconds'))} | |",
        f"| index built from them | {built['index_seconds']:.0f} s, {built['index_mb']:.0f} MB | |",
        "",
        "Mean milliseconds by stage: "
        + ", ".join(f"{name} {ms:.2f}" for name, ms in inside["stages"].items() if name != "total")
        + ".",
    ]
    return "\n".join(lines) + "\n"


def _seconds(found: float | None) -> str:
    return "in several runs" if found is None else f"{found:.0f} s"
