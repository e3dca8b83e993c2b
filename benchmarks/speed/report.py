"""A comparison as tables: Markdown for docs/benchmarks.md, and plain data."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np

from benchmarks.peers.serving import DENSE, DENSE_FILTERED, DEPTH, TASKS, TOP
from benchmarks.speed.compare import Measured, ratio
from benchmarks.speed.engines import OURS

COSTS = (
    "engine",
    "recall@10 dense",
    "with filters",
    "build s",
    "build MB",
    "disk MB",
    "open s",
    "memory MB",
    "of it own",
)
NAMES = {
    OURS: "Shelfwise",
    "lancedb": "LanceDB",
    "qdrant_edge": "Qdrant Edge",
    "milvus_lite": "Milvus Lite",
    "bm25s": "bm25s",
    "sqlite_fts5": "SQLite FTS5",
}


def as_data(measured: Sequence[Measured], about: dict[str, Any]) -> dict[str, Any]:
    """Everything measured, every single time included."""
    return {"about": about, "engines": [dataclasses.asdict(one) for one in measured]}


def as_markdown(measured: Sequence[Measured], about: dict[str, Any]) -> str:
    """The tables, with what was compared and how."""
    ours = measured[0]
    parts = [
        _heading(about),
        _table(["engine", *TASKS], [_latencies(one, ours) for one in measured if not one.error]),
        f"Median milliseconds of a query, 99th percentile in brackets; then how many times as long as {NAMES[OURS]}, "
        "with the least and the most over the rounds: above 1, Shelfwise is faster. “*” marks facets that are made up "
        "outside the engine as its guides suggest; “–” is not offered.",
        _table(["engine", *TASKS], [_cpu(one, ours) for one in measured if not one.error]),
        "The same in processor time (median milliseconds), which other work on the machine disturbs less.",
        _table(COSTS, [_costs(one) for one in measured if not one.error]),
        "\n".join(f"- {NAMES[one.name]} {one.version}: {one.setup}." for one in measured if not one.error),
        "\n".join(f"- {NAMES[one.name]} did not take part: {one.error}" for one in measured if one.error),
        "\n".join(_notes(measured)),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _heading(about: dict[str, Any]) -> str:
    machine = about["machine"]
    return (
        f"{about['products']:,} synthetic products, vectors of {about['dim']} numbers, seed {about['seed']}, "
        f"{about['queries']} queries a task in {about['rounds']} rounds, each query new; pages of {TOP}, both "
        f"rankings read to {DEPTH} before fusion; any of the query's words may match. "
        f"Searches on {about['cores']} core(s), engines in turns. {about['date']}: {machine['cpu']}, "
        f"{machine['cores']} cores, {machine['memory_gb']} GB, Python {machine['python']}, load at the start "
        f"{machine['load']}."
    )


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] + ["---:"] * (len(head) - 1), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _latencies(one: Measured, ours: Measured) -> list[str]:
    cells = []
    for task in TASKS:
        times = one.times(task)
        if not times:
            cells.append("–")
            continue
        mark = "" if one.offered[task] == "native" else "*"
        text = f"{np.percentile(times, 50):.2f}{mark} ({np.percentile(times, 99):.1f})"
        cells.append(text if one is ours else f"{text} {_times(ratio(one, ours, task))}")
    return [NAMES[one.name], *cells]


def _cpu(one: Measured, ours: Measured) -> list[str]:
    cells = []
    for task in TASKS:
        times = one.times(task, "cpu_ms")
        text = f"{np.percentile(times, 50):.2f}" if times else "–"
        cells.append(text if one is ours or not times else f"{text} {_times(ratio(one, ours, task, 'cpu_ms'))}")
    return [NAMES[one.name], *cells]


def _times(found: tuple[float, float, float] | None) -> str:
    return "" if found is None else f"**×{found[0]:.2g}** [{found[1]:.2g}–{found[2]:.2g}]"


def _costs(one: Measured) -> list[str]:
    found = [f"{one.recall[task]:.3f}" if task in one.recall else "–" for task in (DENSE, DENSE_FILTERED)]
    costs = [one.build_seconds, one.build_mb, one.disk_mb, one.open_seconds]
    memory = [one.memory.get("rss", 0.0), one.memory.get("own", 0.0)]
    digits = (1, 0, 0, 2, 0, 0)
    return [
        NAMES[one.name],
        *found,
        *(f"{cost:.{digit}f}" for cost, digit in zip([*costs, *memory], digits, strict=True)),
    ]


def _notes(measured: Sequence[Measured]) -> list[str]:
    notes = {how: NAMES[one.name] for one in measured for how in one.offered.values() if how != "native"}
    return [f"- * {name}: {how}." for how, name in notes.items()]
