"""A process that reads commands, and forks one process for each. What that one says goes to a file, line by line."""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

from shelfwise.catalog.base import Offer
from shelfwise.catalog.importer import import_feed
from shelfwise.errors import ShelfwiseError
from shelfwise.shop import Shop
from shelfwise.types import Money, Product

MOST = 60  # seconds that any of them may live
Say = Callable[[str], object]


def upsert(say: Say, folder: str, count: str, size: str = "1") -> None:
    """Adds products one after the other, with the index open, and says each id once it is acknowledged."""
    with Shop.open(folder) as shop:
        shop.searcher()
        for number in range(0, int(count), int(size)):
            ids = [f"live{number + place}" for place in range(int(size))]
            shop.upsert([Product(id, f"gadget {id}x") for id in ids])
            say("\n".join(ids))


def patch(say: Say, folder: str, id: str, count: str) -> None:
    """Sets one product's price to 1, 2, 3 …"""
    with Shop.open(folder) as shop:
        shop.searcher()
        for number in range(1, int(count) + 1):
            shop.patch([Offer(id, price=Money(Decimal(number), "CNY"), stock=number)])
            say(str(number))


def change(say: Say, folder: str) -> None:
    """One of each kind of change, without the index."""
    with Shop.open(folder) as shop:
        shop.upsert([Product("new", "zebra blanket")])
        shop.patch([Offer("p1", price=Money(Decimal("77.50"), "CNY"), stock=0, available=False)])
        shop.delete(["p2"])
    say("done")


def load(say: Say, folder: str, feed: str) -> None:
    """Imports, and says how many rows are behind each checkpoint."""
    with Shop.open(folder) as shop:
        store = shop.catalog.store
        import_feed(store, Path(feed), batch=20, progress=lambda rows, total: say(str(rows)))
    say("done")


def index(say: Say, folder: str, count: str) -> None:
    with Shop.open(folder) as shop:
        for _ in range(int(count)):
            say(shop.index().name)


def index_dying(say: Say, folder: str, die_at: str) -> None:
    """Indexes, and dies (SIGKILL) in place of its n-th step that touches the disk; says the steps before."""
    steps = 0

    def dying(name: str, step: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*arguments: Any, **options: Any) -> Any:
            nonlocal steps
            steps += 1
            say(name)
            if steps == int(die_at):
                os.kill(os.getpid(), signal.SIGKILL)
            return step(*arguments, **options)

        return counted

    with Shop.open(folder) as shop:
        shop.encoder()
        os.fsync = dying("fsync", os.fsync)
        Path.rename = dying("rename", Path.rename)  # type: ignore[method-assign]
        Path.replace = dying("replace", Path.replace)  # type: ignore[method-assign]
        shutil.rmtree = dying("rmtree", shutil.rmtree)  # type: ignore[assignment]
        shop.index()


def index_limited(say: Say, folder: str, most_bytes: str) -> None:
    """Indexes where no file may become longer, like a full disk."""
    with Shop.open(folder) as shop:
        _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(most_bytes), most))
        try:
            shop.index()
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))


COMMANDS: dict[str, Callable[..., None]] = {
    command.__name__: command for command in (upsert, patch, change, load, index, index_dying, index_limited)
}


def live(said: str, command: str, *arguments: str) -> int:
    signal.alarm(MOST)
    handle = os.open(said, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    try:
        COMMANDS[command](lambda line: os.write(handle, f"{line}\n".encode()), *arguments)
    except ShelfwiseError as error:
        os.write(handle, f"{type(error).__name__}: {error}\n".encode())
        return 1
    return 0


if __name__ == "__main__":
    for order in sys.stdin:
        pid = os.fork()
        if pid == 0:
            code = 70
            try:
                code = live(*json.loads(order))
            finally:
                os._exit(code)
        print(pid, flush=True)
        print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)
