"""Shops whose shoppers are known: logs drawn at rates that a test may compare with."""

from __future__ import annotations

import numpy as np

from shelfwise.behaviour.table import KINDS, EventTable

DAY = 86_400_000
START = 20_000 * DAY
CATEGORIES = 8
PATHS = {f"p{n}": f"Shop > C{n % CATEGORIES}" for n in range(80)}
CODES = {kind: code for code, kind in enumerate(KINDS)}


def table_of(rows: list[tuple[int, int, str, float]]) -> EventTable:
    """A table of (shopper, product, kind, day)."""
    rows = sorted(rows, key=lambda row: row[3])
    who, what, kind, day = zip(*rows, strict=True) if rows else ((), (), (), ())
    return EventTable(
        tuple(f"s{n}" for n in range(max(who, default=-1) + 1)),
        tuple(PATHS),
        np.array(who, np.int32),
        np.array(what, np.int32),
        np.array([CODES[each] for each in kind], np.int8),
        np.array([START + round(each * DAY) for each in day], np.int64),
        np.full(len(rows), 10.0, np.float32),
        (),
        np.full(len(rows), -1, np.int32),
    )


def visits(seed: int, shoppers: int = 800, days: float = 90.0) -> EventTable:
    """Each shopper comes at a rate of their own, leaves for good after some visit, and stays with one category."""
    random = np.random.default_rng(seed)
    rows: list[tuple[int, int, str, float]] = []
    for who in range(shoppers):
        rate, leaving, home = random.gamma(1.0, 1 / 8), random.beta(1, 8), int(random.integers(CATEGORIES))
        day = random.uniform(0, days)
        while day < days:
            category = home if random.random() < 0.8 else int(random.integers(CATEGORIES))
            product = category + CATEGORIES * int(random.integers(10))
            rows.append((who, product, "click", day))
            if random.random() < 0.4:
                rows.append((who, product, "cart", day + 0.001))
                if random.random() < 0.6:
                    rows.append((who, product, "purchase", day + 0.002))
            if random.random() < leaving:
                break
            day += random.exponential(1 / max(rate, 1e-3))
    return table_of([row for row in rows if row[3] < days])
