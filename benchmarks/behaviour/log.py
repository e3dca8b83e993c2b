"""How fast events become durable, and that none is lost: python -m benchmarks.behaviour.log [--seconds 20] [--quick].

Events go through the whole door: checks of every field, marks (is the product known?), group commit into SQLite with
synchronous=FULL. First from Python threads through `Shop.record`, a few events at a time; then over HTTP from several
connections to `shelfwise serve`, in batches as pages send them; then a process is killed in the middle of it, several
times, and every event that it had acknowledged is looked for.
"""

from __future__ import annotations

import argparse
import http.client
import itertools
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import orjson

from benchmarks.speed.engines import ROOT
from benchmarks.speed.machine import describe
from benchmarks.speed.service import served
from shelfwise.shop import Shop
from shelfwise.types import Event, EventKind, Product

PRODUCTS, SHOPPERS = 10_000, 50_000
KINDS: tuple[EventKind, ...] = ("view", "click", "impression", "cart", "search")
GOAL = 5_000  # events a second


@dataclass(frozen=True)
class Rate:
    """What a part came to: events, seconds, and how long each call took in milliseconds."""

    name: str
    events: int
    seconds: float
    ms: Sequence[float]

    def row(self) -> str:
        """A row of the table."""
        p50, p99 = np.percentile(self.ms, [50, 99]).tolist()
        return f"| {self.name} | {self.events / self.seconds:,.0f} | {p50:.1f} | {p99:.1f} |"


def events(source: str, size: int) -> Iterator[list[Event]]:
    """Batches of new events of one source, of kinds and about as large as a page sends."""
    for batch in itertools.count():
        now = datetime.now(UTC)
        made = []
        for number in range(batch * size, (batch + 1) * size):
            kind = KINDS[number % len(KINDS)]
            chance = hash((source, number))  # of numbers and a name: only a spread, no property depends on it
            made.append(
                Event(
                    id=f"{source}-{number}",
                    kind=kind,
                    shopper=f"visitor-{chance % SHOPPERS:09d}",
                    time=now,
                    product=None if kind in ("impression", "search") else f"p{chance % PRODUCTS}",
                    query_id=f"{chance & (2**64 - 1):016x}",
                    position=number % 24 + 1,
                    text="trail running shoes" if kind == "search" else None,
                    slate=tuple(f"p{(chance + place) % PRODUCTS}" for place in range(12 * (kind == "impression"))),
                    placement="search",
                    device="phone",
                )
            )
        yield made


def run(work: Callable[[int, float], tuple[int, list[float]]], threads: int, seconds: float, name: str) -> Rate:
    """Threads that work until the time is over. work: (its number, the end) → events and milliseconds of each call."""
    found: list[tuple[int, list[float]]] = []
    start = time.perf_counter()

    def one(number: int) -> None:
        found.append(work(number, start + seconds))

    crew = [threading.Thread(target=one, args=(number,)) for number in range(threads)]
    for thread in crew:
        thread.start()
    for thread in crew:
        thread.join()
    took = time.perf_counter() - start
    if len(found) < threads:
        raise SystemExit(f"{name}: {threads - len(found)} threads failed, see above")
    return Rate(name, sum(count for count, _ in found), took, [ms for _, each in found for ms in each])


def in_process(shop: Shop, threads: int, size: int, seconds: float) -> Rate:
    """`Shop.record` from threads."""

    def work(number: int, end: float) -> tuple[int, list[float]]:
        count, ms = 0, []
        for batch in events(f"t{threads}-{size}-{number}", size):
            begun = time.perf_counter()
            if begun >= end:
                break
            receipt = shop.record(batch)
            ms.append(1000 * (time.perf_counter() - begun))
            count += receipt.accepted
        return count, ms

    return run(work, threads, seconds, f"`Shop.record`, {threads} threads, {size} a call")


def over_http(folder: Path, clients: int, size: int, seconds: float, log: Path) -> Rate:
    """POST /v1/events from several connections; the requests are made up before."""
    with served(folder, log) as (address, _):
        need = max(2, int(3 * GOAL * seconds / size / clients))
        ready = [_bodies(f"h{clients}-{size}-{number}", size, need) for number in range(clients)]
        name = f"HTTP, {clients} connections, {size} a request"
        return run(lambda number, end: _post(address, ready[number], end), clients, seconds, name)


def _bodies(source: str, size: int, count: int) -> list[bytes]:
    batches = itertools.islice(events(source, size), count)
    return [orjson.dumps({"events": [_wire(event) for event in batch]}) for batch in batches]


def _wire(event: Event) -> dict[str, object]:
    fields = {name: getattr(event, name) for name in Event.__dataclass_fields__}
    return {name: value for name, value in fields.items() if value not in (None, (), {})}


def _post(address: str, bodies: Sequence[bytes], end: float) -> tuple[int, list[float]]:
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=30)
    count, ms = 0, []
    for body in bodies:
        begun = time.perf_counter()
        if begun >= end:
            break
        connection.request("POST", "/v1/events", body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        said = orjson.loads(answer.read())
        if answer.status == 429:
            time.sleep(float(answer.headers["Retry-After"]))
            continue
        if answer.status != 202:
            raise RuntimeError(f"{answer.status}: {said}")
        ms.append(1000 * (time.perf_counter() - begun))
        count += said["accepted"]
    connection.close()
    return count, ms


def killed(folder: Path, threads: int, size: int, after: float) -> tuple[int, int]:
    """A process that records is killed: how many events it had acknowledged, and how many of those are not there."""
    command = [sys.executable, "-m", "benchmarks.behaviour.log", "--child", str(folder), str(threads), str(size)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with tempfile.TemporaryFile() as out:
        process = subprocess.Popen(command, stdout=out, env=environment)
        while out.seek(0, os.SEEK_END) == 0 and process.poll() is None:
            time.sleep(0.01)
        time.sleep(after)
        process.kill()
        process.wait()
        out.seek(0)
        acknowledged = set(out.read().decode().split("\n")[:-1])
    with Shop.open(folder) as shop:
        there = {one.event.id for page in shop.audience.log.read(bots=True) for one in page}
    return len(acknowledged), len(acknowledged - there)


def child(folder: str, threads: str, size: str) -> None:
    """Records until it is killed, and says each id once it is acknowledged."""
    with Shop.open(folder) as shop:

        def work(number: int, end: float) -> tuple[int, list[float]]:
            for batch in events(f"k{os.getpid()}-{number}", int(size)):
                assert shop.record(batch).accepted == len(batch)
                os.write(1, "".join(f"{event.id}\n" for event in batch).encode())
            return 0, []

        run(work, int(threads), float("inf"), "child")


def founded(folder: Path) -> Path:
    """A shop with products, without an index."""
    with Shop.create(folder, {"encoder.kind": "none"}) as shop:
        shop.upsert([Product(f"p{number}", f"lamp {number}") for number in range(PRODUCTS)])
        shop.index()
    return folder


def main() -> None:
    """Run all parts and print them as tables."""
    options = argparse.ArgumentParser("python -m benchmarks.behaviour.log", description=__doc__)
    options.add_argument("--seconds", type=float, default=20.0, help="of each part")
    options.add_argument("--quick", action="store_true", help="3 seconds of each part")
    options.add_argument("--kills", type=int, default=5)
    options.add_argument("--folder", type=Path, help="where the shop is made; decides which disk is measured")
    given = options.parse_args()
    seconds = 3.0 if given.quick else given.seconds
    machine = describe()
    with tempfile.TemporaryDirectory(dir=given.folder) as place:
        folder = founded(Path(place) / "shop")
        with Shop.open(folder) as shop:
            plans = [(1, 1), (64, 1), (256, 1), (32, 5)]
            rates = [in_process(shop, threads, size, seconds) for threads, size in plans]
            size = sum(file.stat().st_size for file in folder.glob("events.db*")) / max(1, shop.audience.log.count())
        log = Path(place) / "server.log"
        rates += [over_http(folder, clients, each, seconds, log) for clients, each in ((16, 5), (16, 20), (8, 200))]
        losses = [killed(folder, 16, 3, 0.3 + 0.4 * turn) for turn in range(given.kills)]
    print(
        f"{datetime.now(UTC):%Y-%m-%d}, {machine['cpu']}, {machine['cores']} cores, load at the start "
        f"{machine['load']}; {seconds:.0f} s a part, {size:.0f} bytes an event.\n"
    )
    print("| | events/s | p50 ms | p99 ms |\n| --- | ---: | ---: | ---: |")
    print("\n".join(rate.row() for rate in rates))
    print("\n| killed | acknowledged | lost |\n| --- | ---: | ---: |")
    print("\n".join(f"| {turn + 1} | {count:,} | {lost} |" for turn, (count, lost) in enumerate(losses)))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        child(*sys.argv[2:])
    else:
        main()
