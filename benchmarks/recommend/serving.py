"""How fast a home page is, at any number of products and shoppers: python -m benchmarks.recommend.serving

The shop is the demo shop at that size (hashed words in place of a language model), the log synthetic: each shopper
likes a few categories, and within these the products that many like. Both are built once and kept. Measured is
`Shop.recommend` in one thread: pages made when asked for, pages prepared before, and pages after one new event.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

import numpy as np

from benchmarks.speed.service_shop import ShopSpec, built
from shelfwise.shop import Shop
from shelfwise.slate import Recommendations
from shelfwise.types import Event, EventKind

KINDS: tuple[EventKind, ...] = ("view", "click", "click", "favourite", "cart", "purchase")
BATCH = 5_000


def history(
    shoppers: int, each: int, by_category: Sequence[Sequence[str]], seed: int, now: datetime
) -> Iterator[Event]:
    """About `each` events of each shopper, over the last 90 days."""
    rng = random.Random(seed)
    for who in range(shoppers):
        liked = rng.sample(range(len(by_category)), k=min(3, len(by_category)))
        start = now - timedelta(days=90 * rng.random(), hours=1)
        for step in range(1 + rng.randrange(2 * each)):
            products = by_category[rng.choice(liked)]
            product = products[int(len(products) * rng.random() ** 3)]
            kind = rng.choice(KINDS)
            at = start + timedelta(minutes=3 * step)
            yield Event(f"{seed}-{who}-{step}", kind, f"s{who}", at, product, query_id="q", value=_value(kind))


def _value(kind: EventKind) -> float | None:
    return 100.0 if kind == "purchase" else None


def filled(shop: Shop, shoppers: int, each: int, seed: int) -> None:
    """Record the log once; an interrupted run goes on, for an event counts once."""
    if shop.audience.log.last(f"s{shoppers - 1}"):
        return
    by_category: dict[str, list[str]] = defaultdict(list)
    for product in shop.catalog.store.products():
        by_category[" > ".join(product.category)].append(product.id)
    events = history(shoppers, each, [*by_category.values()], seed, datetime.now(UTC))
    done, start = 0, time.perf_counter()
    while batch := list(islice(events, BATCH)):
        shop.record(batch)
        done += len(batch)
        print(f"\rrecorded {done:,} ({done / (time.perf_counter() - start):,.0f}/s)", end="", flush=True)
    print()


def measured(shop: Shop, who: Sequence[str], placement: str, **asked: object) -> dict[str, dict[str, float]]:
    """Stage → p50, p95 and mean in milliseconds."""
    stages: dict[str, list[float]] = defaultdict(list)
    for shopper in who:
        answer: Recommendations = shop.recommend(shopper, placement, **asked)  # type: ignore[arg-type]
        for stage, milliseconds in answer.took.items():
            stages[stage].append(milliseconds)
    return {
        stage: {"p50": float(np.median(ms)), "p95": float(np.quantile(ms, 0.95)), "mean": float(np.mean(ms))}
        for stage, ms in stages.items()
    }


def clicked(shop: Shop, who: Sequence[str], products: Sequence[str], run: str) -> None:
    """One more click of each."""
    now = datetime.now(UTC)
    shop.record(
        [Event(f"{run}-{n}", "click", one, now, products[n % len(products)], query_id="q") for n, one in enumerate(who)]
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--products", type=int, default=100_000)
    parser.add_argument("--shoppers", type=int, default=100_000)
    parser.add_argument("--events", type=int, default=6, help="of a shopper, on average")
    parser.add_argument("--requests", type=int, default=300)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--out", type=Path, default=Path("build/bench"))
    parser.add_argument("--refit", action="store_true")
    given = parser.parse_args()
    spec = ShopSpec(given.products, "light", given.seed)
    folder = spec.folder(given.out) / "shop"
    if not (folder / "index" / "current").exists():  # an index of an older program serves here as well
        built(spec, given.out, print)
    rng = random.Random(given.seed)
    found: dict[str, object] = {"products": given.products, "shoppers": given.shoppers}
    with Shop.open(folder) as shop:
        filled(shop, given.shoppers, given.events, given.seed)
        if given.refit or shop.recommender.fitted.numbered.current() is None:
            start = time.perf_counter()
            shop.fit_recommender(lambda done, total: print(f"fitting {done} of {total}", flush=True))
            found["fit_seconds"] = time.perf_counter() - start
    with Shop.open(folder) as shop:
        start = time.perf_counter()
        shop.recommend()
        found["open_seconds"] = time.perf_counter() - start
        who = [f"s{rng.randrange(given.shoppers)}" for _ in range(given.requests)]
        products = [product.id for product in islice(shop.catalog.store.products(), 500)]
        measured(shop, who[:20], "home")  # warm
        found["home"] = measured(shop, who[20:], "home")
        found["home_prepared"] = measured(shop, who[20:], "home")
        clicked(shop, who, products, f"{time.time_ns()}")
        found["home_after_one_event"] = measured(shop, who[20:], "home")
        found["product"] = measured(shop, who[20:120], "product", seeds=products[:1])
        found["cart"] = measured(shop, who[20:120], "cart", seeds=products[:3])
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
