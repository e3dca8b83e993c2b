"""How long understanding takes: python -m benchmarks.understanding.speed SHOP [SHOP …].

Queries that the process has not seen (pieces of product titles, every other one wrapped in a polite sentence), one
at a time; milliseconds of each step, of the encoder within them, of all but the encoder, and of all. Each query is
asked once: nothing comes from a cache of vectors. `twice` is the share of queries that asked the encoder twice.
"""

from __future__ import annotations

import argparse
import random
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from benchmarks.speed.machine import describe
from shelfwise.language.base import Encoder, TextKind
from shelfwise.service.server import settle, warm
from shelfwise.shop import Shop
from shelfwise.types import Float32, Query

WARM = 40
SENTENCES = ("i am looking for {} under 300", "想买{}，便宜点的", "not red {}", "有没有{}")


def main(arguments: list[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser("python -m benchmarks.understanding.speed", description=__doc__)
    parser.add_argument("shops", type=Path, nargs="+", help="indexed shops")
    parser.add_argument("--queries", type=int, default=600)
    parser.add_argument("--seed", type=int, default=11)
    options = parser.parse_args(arguments)
    print(describe())
    print("| shop | step | p50 ms | p95 ms | p99 ms |\n|---|---|---|---|---|")
    for folder in options.shops:
        with Shop.open(folder) as shop:
            for line in measured(shop, folder.name, options.queries, options.seed):
                print(line)
    return 0


def measured(shop: Shop, name: str, count: int, seed: int) -> Iterator[str]:
    """Rows of the table."""
    times: defaultdict[str, list[float]] = defaultdict(list)
    twice = 0
    warm(shop)
    encoder = shop.searcher().encoder
    assert encoder is not None
    asked = timed(encoder)
    for number, text in enumerate(queries(shop, count + WARM, seed)):
        if number == WARM:
            settle()
        asked.clear()
        u = shop.understand(Query(text))
        if number >= WARM:
            every = {note.step: note.milliseconds for note in u.notes}
            for step, milliseconds in every.items():
                times[step].append(milliseconds)
            times["the encoder"].append(sum(asked))
            times["all but the encoder"].append(sum(every.values()) - sum(asked))
            times["all"].append(sum(every.values()))
            twice += len(asked) > 1
    for step, found in times.items():
        p50, p95, p99 = np.percentile(found, [50, 95, 99])
        yield f"| {name} | {step} | {p50:.2f} | {p95:.2f} | {p99:.2f} |"
    yield f"| {name} | twice | {twice / count:.0%} | | |"


def timed(encoder: Encoder) -> list[float]:
    """The milliseconds of each call of an encoder from now on."""
    took: list[float] = []
    encode = encoder.encode

    def measured(texts: Sequence[str], kind: TextKind) -> Float32:
        start = time.perf_counter()
        rows = encode(texts, kind)
        took.append(1000 * (time.perf_counter() - start))
        return rows

    encoder.encode = measured  # type: ignore[method-assign]
    return took


def queries(shop: Shop, count: int, seed: int) -> list[str]:
    """Different pieces of titles, half of them within a sentence."""
    rng = random.Random(seed)
    titles = [product.title for product in shop.catalog.store.products()]
    found: dict[str, None] = {}
    while len(found) < count:
        title = rng.choice(titles)
        if title.isascii():
            words = title.split()
            size = rng.randint(1, 3)
            start = rng.randrange(max(1, len(words) - size + 1))
            piece = " ".join(words[start : start + size])
        else:
            start = rng.randrange(max(1, len(title) - 6))
            piece = title[start : start + rng.randint(2, 8)]
        text = rng.choice(SENTENCES).format(piece) if rng.random() < 0.5 else piece
        found.setdefault(text.strip(), None)
    return list(found)[:count]


if __name__ == "__main__":
    raise SystemExit(main())
