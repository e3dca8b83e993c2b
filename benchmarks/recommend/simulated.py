"""What recommendations gain with simulated shoppers: python -m benchmarks.recommend.simulated --shop demo-shop

The experiment of docs/simulate.md at several seeds, over HTTP in copies of a shop; a line of a table for each seed,
policy and part of the sessions, then the mean over seeds. `shelfwise demo` makes the demo shop.
"""

from __future__ import annotations

import argparse
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from shelfwise.cli.simulate_arms import BASE, Plan, compared_in_copies
from shelfwise.simulate.shoppers.comparison import PARTS, Difference, compare, sessions
from shelfwise.simulate.shoppers.parameters import read_parameters
from shelfwise.simulate.shoppers.policies import Policy

START = datetime(2026, 10, 1, tzinfo=UTC)
SHOWN = ("purchases", "expected", "satisfaction")


def measured(shop: Path, plan: Plan) -> list[dict[str, Any]]:
    """A record of each policy and part."""
    outcomes = compared_in_copies(shop, plan)
    found = compare(outcomes, BASE, plan.shoppers, plan.seed)
    return [
        {"seed": plan.seed, "policy": policy, "part": part, "sessions": len(sessions(outcomes[policy], part))}
        | _measures(found, policy, part)
        for policy in found
        for part in PARTS
    ]


def _measures(found: dict[Policy, list[Difference]], policy: Policy, part: str) -> dict[str, Any]:
    lines = {one.measure: one for one in found[policy] if one.part == part}
    return {
        name: {
            "popular": one.base,
            "value": one.value,
            "gain": one.gain,
            "low": one.interval.low,
            "high": one.interval.high,
        }
        for name, one in lines.items()
    }


def table(records: list[dict[str, Any]]) -> str:
    """The records as Markdown."""
    lines = ["| seed | policy | sessions | " + " | ".join(f"{name}, gain over popular" for name in SHOWN) + " |"]
    lines.append("|---" * (3 + len(SHOWN)) + "|")
    for one in records:
        cells = [_cell(one[name]) for name in SHOWN]
        lines.append(f"| {one['seed']} | {one['policy']}, {one['part']} | {one['sessions']:,} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _cell(found: dict[str, float]) -> str:
    gain = f"{found['gain']:+.0%} ({found['low']:+.0%} to {found['high']:+.0%})"
    return f"{found['popular']:.3f} → {found['value']:.3f}, {gain}"


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shop", type=Path, required=True)
    parser.add_argument("--shoppers", type=int, default=300)
    parser.add_argument("--history", type=int, default=21)
    parser.add_argument("--days", type=int, default=21)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--parameters", type=Path)
    parser.add_argument("--out", type=Path, help="records as JSON")
    given = parser.parse_args()
    records: list[dict[str, Any]] = []
    chosen = read_parameters(given.parameters)
    for seed in given.seeds:
        plan = Plan(chosen, given.shoppers, given.days, seed, START, given.history)
        records += measured(given.shop, plan)
        print(table(records[-2 * len(PARTS) :]), flush=True)
    for part in PARTS:
        gains = [one["purchases"]["gain"] for one in records if (one["policy"], one["part"]) == ("personal", part)]
        print(f"personal, {part}: mean gain in purchases a session over {len(gains)} seeds {np.mean(gains):+.0%}")
    if given.out:
        given.out.write_text(json.dumps(records, indent=1), "utf-8")


if __name__ == "__main__":
    main()
