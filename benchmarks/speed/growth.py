"""How Shelfwise grows from 10,000 products to 1,000,000: time to build, time of a search, memory and disk.

A search is what a shop asks: words and a vector, a price range and sometimes brands, and three facets each of which
leaves out its own filter. Each size is built in one process and searched in another, on one core.
"""

from __future__ import annotations

import dataclasses
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.speed.compare import Say
from benchmarks.speed.engines import OURS, Engine, size_of
from benchmarks.speed.feed import write_feed
from benchmarks.speed.workload import Catalogue

SIZES = (10_000, 30_000, 100_000, 300_000, 1_000_000)
TASK = "shop"
WARM, QUERIES = 40, 300
LINE, GRID = "#1f5fa8", "#dddddd"


@dataclass(frozen=True)
class Point:
    """Figures at one size."""

    products: int
    dim: int
    build_seconds: float
    build_mb: float
    disk_mb: float
    memory_mb: float
    own_mb: float
    p50: float
    p99: float
    cpu_p50: float


@dataclass(frozen=True)
class Study:
    """What all sizes share: where files go, vectors, seed, and the seconds that building may take."""

    out: Path
    dim: int
    seed: int
    limit: float


def measure(products: int, study: Study, say: Say) -> Point:
    """Build and ask one size. Raises EngineError when building takes longer than the limit."""
    out, dim = study.out, study.dim
    counts = {"tune": WARM, "ask": QUERIES}
    feed = write_feed(out / "feeds" / f"{products}-{dim}", Catalogue(products, dim, study.seed), counts)
    folder = out / "indexes" / f"growth-{products}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    log = out / "growth.log"
    with Engine(OURS, Path(sys.executable), log) as engine:
        seconds = engine.ask(study.limit, do="build", feed=str(feed), into=str(folder))["seconds"]
        peak = engine.memory()["peak"]
    with Engine(OURS, Path(sys.executable), log, cores=1) as engine:
        engine.ask(120, do="open", feed=str(feed), folder=str(folder))
        request = {"do": "search", "task": TASK, "knob": 0, "seconds": 120}
        engine.ask(600, series="tune", numbers=list(range(WARM)), **request)
        answer = engine.ask(600, series="ask", numbers=list(range(QUERIES)), **request)
        memory = engine.memory()
    p50, p99 = np.percentile(answer["ms"], [50, 99]).tolist()
    cpu = float(np.median(answer["cpu_ms"]))
    point = Point(products, dim, seconds, peak, size_of(folder), memory["rss"], memory["own"], p50, p99, cpu)
    shutil.rmtree(folder)
    say(f"{products:,} products: built in {seconds:.0f} s, p50 {p50:.2f} ms, p99 {p99:.1f} ms")
    return point


def as_markdown(points: Sequence[Point]) -> str:
    """The figures as a table."""
    head = ["products", "build s", "products/s", "build MB", "disk MB", "memory MB", "of it own", "p50 ms", "p99 ms",
            "p50 processor ms"]  # fmt: skip
    rows = [
        [
            f"{p.products:,}", f"{p.build_seconds:.1f}", f"{p.products / p.build_seconds:,.0f}", f"{p.build_mb:.0f}",
            f"{p.disk_mb:.0f}", f"{p.memory_mb:.0f}", f"{p.own_mb:.0f}", f"{p.p50:.2f}", f"{p.p99:.1f}",
            f"{p.cpu_p50:.2f}",
        ]
        for p in points
    ]  # fmt: skip
    lines = [head, ["---:"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def plot(points: Sequence[Point], file: Path) -> None:
    """Four small plots on doubly logarithmic axes, as SVG; the same figures give the same file."""
    import matplotlib as mpl

    mpl.use("Agg")
    mpl.rcParams.update({"svg.hashsalt": "growth", "svg.fonttype": "none"})
    import matplotlib.pyplot as plt
    from matplotlib.ticker import LogLocator, NullLocator, StrMethodFormatter

    figure, axes = plt.subplots(2, 2, figsize=(9, 6), sharex=True)
    panels = (
        ("A search with filters and facets, ms", (("p50", "median"), ("p99", "99th percentile"))),
        ("Building the index, s", (("build_seconds", ""),)),
        ("Memory while searching, MB", (("memory_mb", "resident"), ("own_mb", "of it not mapped files"))),
        ("Disk, MB", (("disk_mb", ""),)),
    )
    for axis, (title, lines) in zip(axes.flat, panels, strict=True):
        for (column, label), style in zip(lines, ("-", "--"), strict=False):
            values = [getattr(point, column) for point in points]
            axis.plot([p.products for p in points], values, style, marker="o", color=LINE, label=label or None)
        axis.set(title=title, xscale="log", yscale="log")
        for along in (axis.xaxis, axis.yaxis):
            along.set_major_locator(LogLocator(10, subs=(1, 2, 5) if along is axis.yaxis else (1,)))
            along.set_major_formatter(StrMethodFormatter("{x:,.7g}"))
            along.set_minor_locator(NullLocator())
        axis.grid(color=GRID, which="major")
        if len(lines) > 1:
            axis.legend(frameon=False)
    for axis in axes[1]:
        axis.set_xlabel("products")
    figure.tight_layout()
    file.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(file, format="svg", metadata={"Date": None})
    plt.close(figure)


def as_data(points: Sequence[Point]) -> list[dict[str, float]]:
    """The figures as plain data."""
    return [dataclasses.asdict(point) for point in points]
