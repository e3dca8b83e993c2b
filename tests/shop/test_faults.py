"""Processes that are killed, disks that fill up, files that are damaged: what was acknowledged is there."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from shelfwise.errors import CorruptIndexError, ShopError, StorageError
from shelfwise.shop import Shop
from shelfwise.types import Product

Nursery = Callable[..., Any]


def check_whole(folder: Path, total: int) -> None:
    """The shop opens, serves a whole generation with all its products, and can be indexed again."""
    with Shop.open(folder) as shop:
        assert shop.search("lamp").total == total
        status = shop.status()
        assert status["problems"] == []
        assert shop.generations.damage()[str(status["generation"])] == ()
        shop.generations.clean()
        left = {path.name for path in (folder / "index").iterdir() if not path.name.startswith(".overlay")}
        assert {name for name in left if not name.isdecimal()} == {".lock", "current"}
        shop.index()
        assert shop.search("lamp").total == total
        assert shop.status()["problems"] == []


def with_ids(shop: Shop, ids: list[str]) -> set[str]:
    slate = shop.search("", filters={"id": ids}, limit=1000)
    return set() if slate.relaxed else {product.id for product in slate.products}


def check_found(shop: Shop, ids: list[str]) -> None:
    assert {id for id in ids if shop.product(id) is None} == set()
    for at in range(0, len(ids), 500):
        part = ids[at : at + 500]
        assert with_ids(shop, part) == set(part)
    for id in (*ids[:2], *ids[-2:]):
        assert [product.id for product in shop.search(f"{id}x").products] == [id]


# --- killed ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("lines", "pause"), [(1, 0.0), (2, 0.003), (4, 0.008), (7, 0.001), (12, 0.005)])
def test_killed_during_live_upserts_while_another_serves(
    small: Path, nursery: Nursery, soon: Any, lines: int, pause: float
) -> None:
    with Shop.open(small) as server:
        server.searcher()
        server.follow()
        run = nursery("upsert", small, 4000, 5)
        run.until(5 * lines)
        time.sleep(pause)
        said = run.kill()
        assert len(said) >= 5 * lines
        soon(lambda: with_ids(server, said[-1:]))
        check_found(server, said)
    with Shop.open(small) as shop:
        check_found(shop, said)
        assert shop.catalog.store.count() - 40 - len(said) in (0, 5)  # whole calls, the last perhaps not said
    check_whole(small, 40)


@pytest.mark.parametrize("lines", [1, 9])
def test_killed_during_live_patches(small: Path, nursery: Nursery, lines: int) -> None:
    run = nursery("patch", small, "p7", 5000)
    run.until(lines)
    last = int(run.kill()[-1])
    with Shop.open(small) as shop:
        product = shop.product("p7")
        assert product is not None and product.price is not None
        assert last <= product.price.amount <= last + 1
        assert product.stock == product.price.amount
        found = shop.search("", filters={"price": [last, last + 1]}).products
        assert found == (product,)
    check_whole(small, 40)


@pytest.mark.parametrize("lines", [1, 3, 10])
def test_killed_during_an_import_that_then_goes_on(small: Path, nursery: Nursery, tmp_path: Path, lines: int) -> None:
    feed = tmp_path / "feed.csv"
    feed.write_text("id,title\n" + "".join(f"f{number},jug f{number}x\n" for number in range(2500)))
    run = nursery("load", small, feed)
    run.until(lines)
    rows = int(run.kill()[-1])
    assert rows < 2500
    with Shop.open(small) as shop:
        check_found(shop, [f"f{number}" for number in range(rows)])
        assert shop.catalog.load(feed).resumed_after >= rows
        assert shop.catalog.store.count() == 2540
        shop.catch_up()
        assert shop.search("jug").total == 2500


def steps_of_an_index(folder: Path, nursery: Nursery) -> list[str]:
    run = nursery("index_dying", folder, 0)
    assert run.wait() == 0
    return list(run.said)


def test_killed_at_each_kind_of_step_of_an_index(small: Path, nursery: Nursery, tmp_path: Path) -> None:
    with Shop.open(small) as shop:
        shop.index()  # so that the next one has something to remove
    steps = steps_of_an_index(Path(shutil.copytree(small, tmp_path / "dry")), nursery)
    assert {"fsync", "rename", "replace", "rmtree"} <= set(steps)
    flushes = [at for at, name in enumerate(steps, 1) if name == "fsync"]
    moves = [at for at, name in enumerate(steps, 1) if name != "fsync"]
    after = [at for at in (flushes[-1], moves[0] + 1) if at <= len(steps)]
    for at in sorted({*moves, *after, flushes[0], flushes[len(flushes) // 2]}):
        with Shop.open(small) as server:
            assert server.search("lamp").total == 40
            run = nursery("index_dying", small, at)
            assert run.wait() == -9, run.said
            server.catch_up()
            assert server.search("lamp").total == 40
            assert server.status()["problems"] == []
        with Shop.open(small) as shop:
            assert shop.search("lamp").total == 40
            assert all(damage == () for damage in shop.generations.damage().values())
    check_whole(small, 40)


@pytest.mark.parametrize("after", [0.0, 0.03, 0.07, 0.12, 0.18, 0.25, 0.4])
def test_killed_at_any_moment_of_indexing_again_and_again(small: Path, nursery: Nursery, after: float) -> None:
    run = nursery("index", small, 50)
    if after > 0.2:
        run.until(1)
    time.sleep(after)
    run.kill()
    check_whole(small, 40)


# --- full ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("share", [0.0, 0.5, 0.8, 1.0])
def test_no_file_may_grow_during_an_index(small: Path, nursery: Nursery, share: float) -> None:
    with Shop.open(small) as shop:
        sizes = sorted(size for size, _ in shop.generations.list()[-1].manifest.files.values() if size > 100)
    run = nursery("index_limited", small, sizes[int(share * (len(sizes) - 1))] - 1)
    assert run.wait() == 1, run.said
    assert run.said[-1].startswith("StorageError: "), run.said
    assert str(small) in run.said[-1]
    check_whole(small, 40)


@pytest.fixture
def full_disk(small_folder: Path, tmp_path: Path) -> Iterator[Path]:
    """The shop on a disk of its own with next to no space left."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=3m", "none", str(disk)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("mounting a small disk needs the right to do so")
    try:
        folder = Path(shutil.copytree(small_folder, disk / "shop"))
        with Shop.open(folder) as shop:
            shop.upsert([Product("before", "gadget beforex")])
        space = shutil.disk_usage(disk).free
        (disk / "ballast").write_bytes(b"x" * max(space - 150_000, 0))
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=True)


def test_a_full_disk_refuses_and_loses_nothing(full_disk: Path) -> None:
    with Shop.open(full_disk) as shop:
        assert shop.search("lamp").total == 40
        written = []
        with pytest.raises(StorageError) as refused:
            for number in range(3000):
                shop.upsert([Product(f"live{number}", f"gadget live{number}x", "long text " * 300)])
                written.append(f"live{number}")
        assert str(full_disk) in str(refused.value) or "live change" in str(refused.value)
        with pytest.raises(StorageError, match=r"full|No space"):
            shop.index()
        assert shop.search("lamp").total == 40
        assert shop.search("beforex").total == 1
    (full_disk.parent / "ballast").unlink()
    with Shop.open(full_disk) as shop:
        check_found(shop, ["before", *written])
    check_whole(full_disk, 40)


# --- damaged ---------------------------------------------------------------------------------------------------


def files_of(folder: Path) -> list[str]:
    with Shop.open(folder) as shop:
        return sorted(shop.generations.list()[-1].manifest.files)


def flip(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 0x55
    file.write_bytes(content)


def truncate(file: Path) -> None:
    os.truncate(file, file.stat().st_size // 2)


def test_every_kind_of_file_damaged_in_every_way(demo_copy: Path) -> None:
    with Shop.open(demo_copy) as shop:
        expected = shop.search("phone case", explain=False).products
        second = shop.index().name
    good = {path: (demo_copy / "index" / second / path).read_bytes() for path in files_of(demo_copy)}
    assert {path.split("/")[0] for path in good} >= {"embedded", "terms", "suggest", "spelling", "centre", "profile"}
    ways: list[Callable[[Path], None]] = [flip, truncate, Path.unlink]
    for number, (path, content) in enumerate(good.items()):
        file = demo_copy / "index" / second / path
        if not content:
            continue
        ways[number % 3](file)
        with Shop.open(demo_copy) as shop:
            shop.generations.list()  # not raised for
            if number % 4 == 0:  # opening takes a while: a sample, every file is in the next assertion
                slate = shop.search("phone case", explain=False)
                assert slate.generation == "0001"
                assert slate.products == expected
            problems = shop.generations.get(second).problems()
            assert len(problems) == 1 and str(file) in problems[0]
        file.write_bytes(content)


def test_no_whole_generation_left(small: Path) -> None:
    flip(small / "index" / "0001" / "embedded" / "payloads.bin")
    with Shop.open(small) as shop:
        assert not shop.ready()
        with pytest.raises(CorruptIndexError, match="shelfwise index"):
            shop.search("lamp")
        problems = shop.status()["problems"]
        assert isinstance(problems, list) and "checksum" in problems[0]
        assert shop.product("p1") is not None
        shop.upsert([Product("new", "zebra lamp")])
        shop.index()
        assert shop.ready()
        assert shop.search("lamp").total == 41


@pytest.mark.parametrize("how", ["garbage", "header", "cut"])
def test_a_damaged_database_is_named_when_opened(small: Path, how: str) -> None:
    file = small / "shop.db"
    if how == "garbage":
        file.write_bytes(os.urandom(8192))
    elif how == "header":
        file.write_bytes(b"not a database  " + file.read_bytes()[16:])
    else:
        os.truncate(file, 700)
    for extra in ("shop.db-wal", "shop.db-shm"):
        (small / extra).unlink(missing_ok=True)
    with pytest.raises(ShopError, match=r"shop\.db"):
        Shop.open(small)


def test_a_damaged_page_of_the_database(small: Path) -> None:
    file = small / "shop.db"
    with sqlite3.connect(file) as connection:
        connection.execute("pragma wal_checkpoint(truncate)")
    connection.close()
    content = bytearray(file.read_bytes())
    content[4096 * 3 :] = os.urandom(len(content) - 4096 * 3)
    file.write_bytes(content)
    with (
        pytest.raises((StorageError, ShopError), match=r"shop\.db.*(malformed|not a database)"),
        Shop.open(small) as shop,
    ):
        list(shop.catalog.store.products())
        shop.upsert([Product("new", "zebra lamp")])


def test_a_folder_that_may_only_be_read(small: Path, tmp_path: Path) -> None:
    """Another user, without the right to write, is told so."""
    if os.geteuid() != 0:
        pytest.skip("becoming another user needs the right to do so")
    place = Path("/tmp") / f"shelfwise-read-only-{os.getpid()}"
    shutil.copytree(small, place)
    try:
        for path in (place, *place.rglob("*")):
            path.chmod(0o555 if path.is_dir() else 0o444)
        code = (
            "import os, sys; from shelfwise.shop import Shop; from shelfwise.errors import ShelfwiseError\n"
            "os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
            "try:\n    Shop.open(sys.argv[1]).search('lamp')\n"
            "except ShelfwiseError as error:\n    print(type(error).__name__, error)\n"
        )
        call = [sys.executable, "-c", code, str(place)]
        done = subprocess.run(call, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr
        assert done.stdout.startswith(("ShopError", "StorageError")), done.stdout + done.stderr
        assert str(place) in done.stdout
    finally:
        shutil.rmtree(place)
