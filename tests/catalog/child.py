"""Run as a process of its own by tests that need one: `child.py write PLACE NAME TIMES`, `child.py import …`."""

from __future__ import annotations

import resource
import sys
from pathlib import Path

from shelfwise.catalog.importer import import_feed
from shelfwise.catalog.store import SqlCatalogStore
from shelfwise.errors import ShelfwiseError
from shelfwise.types import Product


def write(place: str, name: str, times: str) -> None:
    with SqlCatalogStore.open(place, wait_seconds=30) as store:
        for number in range(int(times)):
            store.upsert([Product(f"{name}{number}", f"{name} {number}"), Product("shared", f"{name} {number}")])


def load(place: str, feed: str, mode: str, batch: str, max_bytes: str = "0") -> None:
    """Import, and print each checkpoint; `max_bytes` limits the size of every file, like a full disk."""
    with SqlCatalogStore.open(place) as store:
        if int(max_bytes):
            resource.setrlimit(resource.RLIMIT_FSIZE, (int(max_bytes), int(max_bytes)))
        report = import_feed(
            store,
            Path(feed),
            mode=mode,  # type: ignore[arg-type]
            reports=Path(feed).parent / "reports",
            force=True,
            batch=int(batch),
            progress=lambda rows, total: print(rows, flush=True),
        )
    print("done", report.read, report.resumed_after, flush=True)


def memory(place: str, feed: str) -> None:
    """Import, and print the most memory held so far, in KiB (not getrusage's figure: that one is inherited)."""
    with SqlCatalogStore.open(place) as store:
        import_feed(store, Path(feed))
        sum(1 for _ in store.products())
    status = Path("/proc/self/status").read_text()
    print(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")))


if __name__ == "__main__":
    try:
        {"write": write, "load": load, "memory": memory}[sys.argv[1]](*sys.argv[2:])
    except ShelfwiseError as error:
        sys.exit(f"{type(error).__name__}: {error}")
