"""`shelfwise bench`: how fast this shop answers on this machine."""

from __future__ import annotations

import random
import resource
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np
import typer

from shelfwise.cli.console import JsonOption, ShopOption, print_json, print_table, progress, read_lines, say
from shelfwise.errors import InputError
from shelfwise.types import Page, Query

if TYPE_CHECKING:
    from shelfwise.shop import Shop

STAGES = (
    "plan",
    "encode",
    "lexical",
    "dense",
    "complete",
    "fusion",
    "facets",
    "explain",
    "payload",
    "present",
    "total",
)


def bench(
    shop: ShopOption = Path(),
    queries: Annotated[Path | None, typer.Option(help="Queries, one a line; made from titles if not given.")] = None,
    count: Annotated[int, typer.Option(min=10, help="Queries asked, each once.")] = 500,
    clients: Annotated[int, typer.Option(min=1, max=64, help="Threads that ask at the same time.")] = 8,
    seed: Annotated[int, typer.Option(help="Of the choice of queries.")] = 0,
    json: JsonOption = False,
) -> None:
    """Ask this shop many different queries: milliseconds by stage, queries a second, memory."""
    from shelfwise.shop import Shop

    given = [text for _, text in read_lines(queries)] if queries else []
    with Shop.open(shop) as opened:
        texts = given if queries else _from_titles(opened, 2 * count, seed)
        if not texts:
            raise InputError(f"{queries or shop}: found nothing to ask, expected at least one query or product.")
        rng = random.Random(seed)
        rng.shuffle(texts)
        opened.search("warm up")
        took = _alone(opened, texts[:count])
        rate = _together(opened, texts[count : 2 * count] or texts[:count], clients)
    table = {
        stage: {"p50": float(np.median(values)), "p99": float(np.percentile(values, 99))}
        for stage in STAGES
        if (values := [one[stage] for one in took if stage in one])
    }
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    if json:
        print_json({"took_ms": table, "queries_per_second": rate, "clients": clients, "peak_memory_mb": memory})
        return
    rows = [(stage, f"{one['p50']:.2f}", f"{one['p99']:.2f}") for stage, one in table.items()]
    print_table("Milliseconds a query, one at a time", ("stage", "p50", "p99"), rows, ("p50", "p99"))
    say("")
    print_table("", ("clients", "queries/s", "peak memory MB"), [(clients, f"{rate:.0f}", f"{memory:.0f}")])


def _from_titles(shop: Shop, count: int, seed: int) -> list[str]:
    """Two to four neighbouring words of titles, spread over the catalogue; new to every cache."""
    rng = random.Random(seed)
    total = max(shop.catalog.store.count(), 1)
    step = max(total // count, 1)
    texts = []
    for number, product in enumerate(shop.catalog.store.products()):
        if number % step == 0:
            words = product.title.split()
            length = rng.randint(2, 4)
            start = rng.randrange(max(len(words) - length, 0) + 1)
            texts.append(" ".join(words[start : start + length]))
    return texts[:count]


def _alone(shop: Shop, texts: Sequence[str]) -> list[dict[str, float]]:
    with progress("One at a time") as step:
        took = []
        for number, text in enumerate(texts):
            took.append(dict(shop.search(Query(text, page=Page(0, 24))).took))
            step(number + 1, len(texts))
    return took


def _together(shop: Shop, texts: Sequence[str], clients: int) -> float:
    """Queries a second when `clients` threads ask."""
    waiting = iter(texts)
    lock = threading.Lock()

    def client() -> None:
        while True:
            with lock:
                text = next(waiting, None)
            if text is None:
                return
            shop.search(Query(text, page=Page(0, 24)))

    threads = [threading.Thread(target=client) for _ in range(clients)]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(texts) / (time.perf_counter() - start)
