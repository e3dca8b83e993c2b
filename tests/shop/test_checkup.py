"""Each finding of the doctor, made real."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections import namedtuple
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from shelfwise import checkup
from shelfwise.checkup import Finding, check
from shelfwise.shop import Shop
from shelfwise.types import Event, Product


def found(folder: Path, part: str) -> Finding:
    (finding,) = [finding for finding in check(folder) if finding.part == part]
    return finding


def test_a_healthy_shop(demo_copy: Path) -> None:
    findings = check(demo_copy)
    assert [finding.part for finding in findings] == [
        "python", "disk", "catalogue", "encoder", "generation 0001", "index", "events", "recommendations",
    ]  # fmt: skip
    assert {finding.state for finding in findings if finding.part != "disk"} == {"good"}
    assert all(finding.remedy == "" for finding in findings if finding.state == "good")
    assert found(demo_copy, "catalogue").found == "300 products"
    assert found(demo_copy, "encoder").found == "fake-256, 256 dimensions"


def break_settings(folder: Path) -> None:
    (folder / "shelfwise.toml").write_text("[search]\nmodus = 1\n")


def break_labels(folder: Path) -> None:
    (folder / "labels.toml").write_text("[zh")


def break_synonyms(folder: Path) -> None:
    (folder / "synonyms.txt").write_text("tv @ 9\n")


def remove_shop(folder: Path) -> None:
    (folder / "shelfwise.toml").unlink()


def remove_index(folder: Path) -> None:
    shutil.rmtree(folder / "index")


def break_database(folder: Path) -> None:
    (folder / "shop.db").write_bytes(os.urandom(9000))
    for extra in ("shop.db-wal", "shop.db-shm"):
        (folder / extra).unlink(missing_ok=True)


def break_page(folder: Path) -> None:
    connection = sqlite3.connect(folder / "shop.db")
    connection.execute("pragma wal_checkpoint(truncate)")
    (page,) = connection.execute("select rootpage from sqlite_master where name = 'products'").fetchone()
    connection.close()
    content = bytearray((folder / "shop.db").read_bytes())
    content[4096 * page - 4096 : 4096 * page] = os.urandom(4096)
    (folder / "shop.db").write_bytes(content)


def empty_catalogue(folder: Path) -> None:
    with Shop.open(folder) as shop:
        shop.delete([product.id for product in shop.catalog.store.products()])


def other_catalogue(folder: Path) -> None:
    for file in folder.glob("shop.db*"):
        file.unlink()


def no_encoder(folder: Path) -> None:
    (folder / "shelfwise.toml").write_text('[encoder]\nkind = "onnx"\npath = "nowhere"\n')


def other_encoder(folder: Path) -> None:
    (folder / "shelfwise.toml").write_text('[encoder]\nkind = "fake"\n')


def flip(folder: Path) -> None:
    file = folder / "index" / "0001" / "embedded" / "payloads.bin"
    content = bytearray(file.read_bytes())
    content[100] ^= 1
    file.write_bytes(content)


def cut(folder: Path) -> None:
    os.truncate(folder / "index" / "0001" / "embedded" / "payloads.bin", 100)


def lose_manifest(folder: Path) -> None:
    (folder / "index" / "0001" / "manifest.json").unlink()


def lose_current(folder: Path) -> None:
    (folder / "index" / "current").write_text("0009")


def many_changes(folder: Path) -> None:
    with Shop.open(folder) as shop:
        shop.upsert([Product(f"n{number}", "quilt") for number in range(9)])


def other_labels(folder: Path) -> None:
    (folder / "labels.toml").write_text('[zh.attributes]\ncolor = "颜色"\n')


def a_log(folder: Path) -> None:
    with Shop.open(folder) as shop:
        shop.record(Event("1", "click", "ann", datetime.now(UTC), "p1", query_id="q"))


def break_log(folder: Path) -> None:
    a_log(folder)
    for file in folder.glob("events.db*"):
        file.unlink()
    (folder / "events.db").write_bytes(os.urandom(9000))


def newer_log(folder: Path) -> None:
    a_log(folder)
    with closing(sqlite3.connect(folder / "events.db")) as connection, connection:
        connection.execute("update events_version set version_num = '9999'")


def fitted(folder: Path) -> None:
    with Shop.open(folder) as shop:
        shop.fit_recommender()


def break_generator(folder: Path) -> None:
    fitted(folder)
    (folder / "recommend" / "0001" / "popular" / "sums.npy").write_bytes(b"")


def break_fit(folder: Path) -> None:
    fitted(folder)
    (folder / "recommend" / "0001" / "manifest.json").write_text("{")


def older_fit(folder: Path) -> None:
    fitted(folder)
    many_changes(folder)


def other_fit(folder: Path) -> None:
    fitted(folder)
    other_catalogue(folder)


CASES: list[tuple[Callable[[Path], None], str, str, str, str]] = [
    (remove_shop, "shop", "bad", "no shelfwise.toml", "shelfwise init"),
    (break_settings, "shop", "bad", "Did you mean 'mode'", ""),
    (break_labels, "shop", "bad", "labels.toml", ""),
    (break_database, "shop", "bad", "shop.db", ""),
    (break_page, "catalogue", "bad", "shop.db", "backup"),
    (empty_catalogue, "catalogue", "warning", "no products", "shelfwise import"),
    (lambda folder: None, "encoder", "warning", "none", "encoder.kind"),
    (no_encoder, "encoder", "bad", "nowhere", ""),
    (remove_index, "index", "bad", "no index yet", "shelfwise index"),
    (flip, "generation 0001", "bad", "payloads.bin: its checksum", "shelfwise index"),
    (flip, "index", "bad", "payloads.bin", "shelfwise index"),
    (cut, "generation 0001", "bad", "100 bytes, expected", "shelfwise index"),
    (lose_manifest, "generation 0001", "bad", "manifest.json", "shelfwise index"),
    (lose_current, "index", "bad", "current", "shelfwise index"),
    (other_catalogue, "index", "bad", "another catalogue", "shelfwise index"),
    (break_synonyms, "index", "bad", "synonyms.txt", ""),
    (lambda folder: None, "events", "good", "none yet", ""),
    (a_log, "events", "good", "1 events", ""),
    (break_log, "events", "bad", "events.db", ""),
    (newer_log, "events", "bad", "version 9999 is newer", "newest Shelfwise"),
    (lambda folder: None, "recommendations", "good", "nothing was fitted", ""),
    (fitted, "recommendations", "good", "generation 0001", ""),
    (break_fit, "recommendations", "bad", "manifest.json", "shelfwise recommend fit"),
    (older_fit, "recommendations", "warning", "9 changes of the catalogue", "shelfwise recommend fit"),
    (other_fit, "recommendations", "warning", "another catalogue", "shelfwise recommend fit"),
    (many_changes, "index", "warning", "9 changes since generation 0001", "shelfwise index"),
]


@pytest.mark.parametrize("case", CASES, ids=[f"{case[0].__name__}-{case[1]}" for case in CASES])
def test_what_is_wrong_is_named_with_its_remedy(
    small: Path, case: tuple[Callable[[Path], None], str, str, str, str]
) -> None:
    harm, part, state, said, remedy = case
    harm(small)
    finding = found(small, part)
    assert finding.state == state
    assert said in finding.found
    assert remedy in finding.remedy


def test_a_damaged_generator_is_named_and_the_others_serve(small: Path) -> None:
    break_generator(small)
    findings = [finding for finding in check(small) if finding.part == "recommendations"]
    assert [(finding.state, "popular" in finding.found) for finding in findings] == [("bad", True), ("good", False)]
    assert "shelfwise recommend fit" in findings[0].remedy


@pytest.mark.parametrize(("change", "name"), [(other_encoder, "encoder"), (other_labels, "labels")])
def test_an_index_out_of_date_is_a_warning(small: Path, change: Callable[[Path], None], name: str) -> None:
    change(small)
    findings = [finding for finding in check(small) if finding.part == "index"]
    assert [(finding.state, name in finding.found) for finding in findings] == [("warning", True), ("good", False)]
    assert "shelfwise index" in findings[0].remedy


def test_following_the_remedy_helps(small: Path) -> None:
    for harm in (flip, lose_current, many_changes):
        harm(small)
        with Shop.open(small) as shop:
            shop.index()
        assert found(small, "index").state == "good"


def test_little_space_and_a_folder_that_cannot_be_written(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(checkup.shutil, "disk_usage", lambda path: usage(10, 9, 1_000_000))
    monkeypatch.setattr(checkup.os, "access", lambda path, mode: False)
    disk, folder = found(small, "disk"), found(small, "folder")
    assert (disk.state, disk.found, folder.state) == ("warning", "0.0 GB free", "bad")
    assert "space" in disk.remedy
    assert str(small) in folder.found and folder.remedy
