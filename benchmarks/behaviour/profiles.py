"""How fast profiles are, and how soon an event shows: python -m benchmarks.behaviour.profiles [--products 20000].

A shop with a language model that costs nothing (`fake`), shoppers whose number of events is drawn from a long tail, at
most 500. Wall time and processor time of this process are both told: the first is what a shopper waits, the second does
not depend on what else the machine does. Cold: no fact of any product is in memory yet. Kept: asked again, nothing new.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import numpy as np

from benchmarks.speed.machine import describe
from shelfwise.shop import Shop
from shelfwise.types import Attribute, Event, EventKind, Money, Product

KINDS: tuple[EventKind, ...] = (
    *("impression", "view") * 4,
    *("click",) * 3,
    *("search", "dwell", "favourite", "cart", "purchase"),
)


def product(number: int, draw: random.Random) -> Product:
    group = number % 200
    return Product(
        f"p{number}",
        f"thing {number}",
        brand=f"brand {number % 300}",
        category=("All", f"Group {group // 10}", f"Kind {group}"),
        price=Money(Decimal(draw.randint(5, 5_000)), "CNY"),
        attributes={f"k{place}": Attribute(f"v{draw.randint(0, 9)}") for place in range(8)},
    )


def events(shoppers: int, products: int, draw: random.Random, now: datetime) -> tuple[dict[str, int], list[Event]]:
    counts = {f"s{who}": int(min(500, draw.paretovariate(0.7) * 10)) for who in range(shoppers)}
    found = []
    for who, count in counts.items():
        for n in range(count):
            kind, fields = draw.choice(KINDS), {"query_id": f"q-{who}-{n}"}
            if kind == "impression":
                fields["slate"] = tuple(f"p{draw.randrange(products)}" for _ in range(24))
            elif kind == "search":
                fields["text"] = "some words"
            else:
                fields["product"] = f"p{draw.randrange(products)}"
            ago = timedelta(days=60 * draw.random())
            found.append(Event(f"e-{who}-{n}", kind, who, now - ago, value=30.0 if kind == "dwell" else None, **fields))
    return counts, found


def timed(name: str, work: Callable[[str], object], shoppers: Iterable[str]) -> None:
    wall, cpu = [], []
    for who in shoppers:
        start, began = time.perf_counter(), time.thread_time()
        work(who)
        wall.append(1000 * (time.perf_counter() - start))
        cpu.append(1000 * (time.thread_time() - began))
    told = "  ".join(
        f"{label} p50 {np.quantile(each, 0.5):6.2f}  p95 {np.quantile(each, 0.95):6.2f} ms"
        for label, each in (("wall", wall), ("processor", cpu))
    )
    print(f"{name:<34} {len(wall):>5}  {told}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--products", type=int, default=20_000)
    parser.add_argument("--shoppers", type=int, default=600)
    options = parser.parse_args()
    draw, now = random.Random(1), datetime.now(UTC)
    print(describe())
    with tempfile.TemporaryDirectory() as folder, Shop.create(f"{folder}/shop", {"encoder.kind": "fake"}) as shop:
        shop.upsert([product(number, draw) for number in range(options.products)])
        shop.index()
        counts, done = events(options.shoppers, options.products, draw, now)
        for start in range(0, len(done), 1_000):
            shop.record(done[start : start + 1_000])
        print(f"{len(done):,} events, median {np.median(list(counts.values())):.0f} a shopper")
        timed("cold", shop.profile, counts)
        _again(shop, counts, draw, options.products)
        timed("kept", shop.profile, counts)
        timed("profile after an event", shop.profile, _grown(shop, counts, draw, options.products))
        busy = [who for who, count in counts.items() if count >= 500]
        timed("the same, 500 events or more", shop.profile, _grown(shop, busy, draw, options.products))

        def both(who: str) -> None:
            shop.record(_cart(who, draw, options.products))
            assert shop.profile(who).cart

        timed("an event durable and in the profile", both, list(counts)[:200])


def _cart(who: str, draw: random.Random, products: int) -> Event:
    id = f"x-{who}-{draw.random()}"
    return Event(id, "cart", who, datetime.now(UTC), f"p{draw.randrange(products)}", query_id="q")


def _again(shop: Shop, shoppers: Iterable[str], draw: random.Random, products: int) -> None:
    for who in _grown(shop, shoppers, draw, products):
        shop.profile(who)


def _grown(shop: Shop, shoppers: Iterable[str], draw: random.Random, products: int) -> list[str]:
    """The shoppers, each with one more event."""
    known = list(shoppers)
    shop.record([_cart(who, draw, products) for who in known])
    return known


if __name__ == "__main__":
    main()
