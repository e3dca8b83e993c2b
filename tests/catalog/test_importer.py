from __future__ import annotations

import gzip
import json
import random
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import orjson
import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shelfwise.catalog import Catalog
from shelfwise.catalog.importer import import_feed
from shelfwise.catalog.mapping import parse
from shelfwise.catalog.store import SqlCatalogStore
from shelfwise.errors import FeedError, MassDeletionError, ShelfwiseError, StorageError

CHILD = str(Path(__file__).with_name("child.py"))
MAPPING = parse(
    '[fields]\nid = "id"\ntitle = "title"\nprice = "price"\nstock = "stock"\n[[attributes]]\npattern = "a_*"'
)


def rows(count: int, **changes: Any) -> list[dict[str, Any]]:
    return [{"id": f"p{n:05}", "title": f"Thing {n}", "price": n + 0.5, "stock": n % 9} | changes for n in range(count)]


def write(path: Path, lines: list[Any]) -> Path:
    data = b"".join(line if isinstance(line, bytes) else orjson.dumps(line) + b"\n" for line in lines)
    if path.suffix == ".gz":
        data = gzip.compress(data)
    if path.suffix == ".zst":
        data = zstandard.compress(data)
    path.write_bytes(data)
    return path


def snapshot(store: SqlCatalogStore) -> list[Any]:
    return list(store.products())


# --- modes -------------------------------------------------------------------------------------------------


def test_upsert_counts_what_happens(store: SqlCatalogStore, tmp_path: Path) -> None:
    feed = write(tmp_path / "feed.jsonl", rows(30))
    first = import_feed(store, feed, MAPPING, batch=7)
    assert (first.read, first.added, first.changed, first.unchanged, first.refused) == (30, 30, 0, 0, 0)
    again = import_feed(store, feed, MAPPING, batch=7)
    assert (again.added, again.changed, again.unchanged, again.resumed_after) == (0, 0, 30, 0)
    write(feed, [*rows(29), {"id": "p00029", "title": "Other"}, {"id": "new", "title": "New"}])
    third = import_feed(store, feed, MAPPING, batch=7)
    assert (third.added, third.changed, third.unchanged) == (1, 1, 29)


def test_patch_touches_only_known_products(store: SqlCatalogStore, tmp_path: Path) -> None:
    import_feed(store, write(tmp_path / "feed.jsonl", rows(3)), MAPPING)
    since = store.revision()
    offers = [{"id": "p00001", "price": "9.90"}, {"id": "nowhere", "price": 1}, {"id": "p00002", "stock": 0}]
    report = import_feed(store, write(tmp_path / "offers.jsonl", offers), MAPPING, "patch")
    assert (report.changed, report.refused) == (2, 1)
    assert (report.bad[0].row, report.bad[0].column, report.bad[0].found) == (2, "id", "nowhere")
    assert {change.kind for change in store.changes(since)} == {"offer"}
    one, two = store.get(["p00001", "p00002"])
    assert str(one.price.amount) == "9.90" and one.title == "Thing 1"  # type: ignore[union-attr]
    assert (two.stock, two.available) == (0, False)


def test_delete(store: SqlCatalogStore, tmp_path: Path) -> None:
    import_feed(store, write(tmp_path / "feed.jsonl", rows(5)), MAPPING)
    report = import_feed(store, write(tmp_path / "gone.jsonl", [{"id": "p00001"}, {"id": "x"}]), MAPPING, "delete")
    assert (report.deleted, report.refused, store.count()) == (1, 1, 4)


def test_replace_removes_what_is_not_in_the_feed(store: SqlCatalogStore, tmp_path: Path) -> None:
    import_feed(store, write(tmp_path / "feed.jsonl", rows(20)), MAPPING)
    report = import_feed(store, write(tmp_path / "next.jsonl", rows(18)), MAPPING, "replace", batch=4)
    assert (report.unchanged, report.deleted, store.count()) == (18, 2, 18)


def test_replace_stops_before_a_mass_deletion(store: SqlCatalogStore, tmp_path: Path) -> None:
    import_feed(store, write(tmp_path / "feed.jsonl", rows(20)), MAPPING)
    small = write(tmp_path / "small.jsonl", rows(5))
    with pytest.raises(MassDeletionError, match="15 of 20 products are not in the feed; a replace may remove 20%"):
        import_feed(store, small, MAPPING, "replace")
    assert store.count() == 20
    report = import_feed(store, small, MAPPING, "replace", force=True)
    assert (report.deleted, report.resumed_after, store.count()) == (15, 5, 5)


def test_a_refused_row_does_not_delete_its_product(store: SqlCatalogStore, tmp_path: Path) -> None:
    import_feed(store, write(tmp_path / "feed.jsonl", rows(10)), MAPPING)
    broken = rows(10)
    broken[3]["price"] = -1
    broken[4]["title"] = ""
    report = import_feed(store, write(tmp_path / "next.jsonl", broken), MAPPING, "replace", max_vanish=0)
    assert (report.refused, report.deleted, store.count()) == (2, 0, 10)


@pytest.mark.parametrize("lines", [[], [{"id": "", "title": ""}], [b"{broken\n"]])
def test_replace_with_nothing_usable_is_an_error(store: SqlCatalogStore, tmp_path: Path, lines: list[Any]) -> None:
    import_feed(store, write(tmp_path / "feed.jsonl", rows(3)), MAPPING)
    with pytest.raises(FeedError, match="no usable row"):
        import_feed(store, write(tmp_path / "empty.jsonl", lines), MAPPING, "replace", force=True)
    assert store.count() == 3


def test_an_empty_feed_is_reported(store: SqlCatalogStore, tmp_path: Path) -> None:
    report = import_feed(store, write(tmp_path / "empty.jsonl", []), MAPPING)
    assert (report.read, report.notes) == (0, ("The feed has no row.",))


def test_the_last_of_repeated_ids_counts(store: SqlCatalogStore, tmp_path: Path) -> None:
    lines = [{"id": "a", "title": "1"}, {"id": "a", "title": "2"}, {"id": "b", "title": "x"}, {"id": "a", "title": "3"}]
    report = import_feed(store, write(tmp_path / "feed.jsonl", lines), MAPPING, batch=2)
    assert store.get(["a"])[0].title == "3"
    assert report.duplicates == 2
    assert "2 rows repeat an id of the same feed; the last one counts: a." in report.notes


# --- bad rows ----------------------------------------------------------------------------------------------


def test_good_rows_go_in_and_bad_ones_are_told(store: SqlCatalogStore, tmp_path: Path) -> None:
    lines: list[Any] = [
        *rows(50),
        b'{"id": "bad\n',
        *({"id": f"x{n}", "title": "x", "price": "NaN"} for n in range(30)),
    ]
    reports = tmp_path / "reports"
    report = import_feed(store, write(tmp_path / "feed.jsonl", lines), MAPPING, reports=reports, batch=20)
    assert (report.added, report.refused, len(report.bad)) == (50, 31, 20)
    assert (report.bad[0].row, report.bad[0].expected) == (51, "one JSON object a line")
    assert (report.bad[1].row, report.bad[1].column, report.bad[1].found) == (52, "price", "NaN")
    assert report.bad_file is not None
    kept = [json.loads(line) for line in Path(report.bad_file).read_text().splitlines()]
    assert [row["row"] for row in kept] == list(range(51, 82))
    assert json.loads((reports / f"import-{report.run:06}.json").read_text())["refused"] == 31
    assert "feed.jsonl, row 52, column price: found NaN; expected a price" in str(report)
    assert "… and 11 more in " in str(report)


@pytest.mark.parametrize("suffix", [".jsonl.gz", ".jsonl.zst"])
@pytest.mark.parametrize("mode", ["upsert", "replace"])
def test_a_feed_that_is_cut_off(store: SqlCatalogStore, tmp_path: Path, suffix: str, mode: Any) -> None:
    import_feed(store, write(tmp_path / "old.jsonl", [{"id": "old", "title": "old"}]), MAPPING)
    noise = random.Random(1)
    lines = [row | {"a_noise": f"{noise.getrandbits(800):x}"} for row in rows(3000)]
    feed = write(tmp_path / f"feed{suffix}", lines)
    feed.write_bytes(feed.read_bytes()[: feed.stat().st_size // 2])
    report = import_feed(store, feed, MAPPING, mode, force=True)
    assert 500 < report.added < 3000
    assert not report.complete
    assert report.deleted == 0
    assert report.bad[0].row == report.read == report.added + 1
    assert "cut off" in report.bad[0].found
    assert store.count() == report.added + 1
    write(feed, lines)
    assert import_feed(store, feed, MAPPING).added == 3000 - report.added


hostile = st.one_of(
    st.binary(max_size=40).map(lambda data: data.replace(b"\n", b" ") + b"\n"),
    st.dictionaries(
        st.sampled_from(["id", "title", "price", "stock", "a_x", "a_y"]),
        st.recursive(
            st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats(allow_nan=False) | st.text(max_size=5),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
            max_leaves=4,
        ),
    ).map(lambda values: json.dumps(values).encode() + b"\n"),
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(hostile, max_size=8))
def test_no_row_can_stop_an_import(sqlite_store: SqlCatalogStore, tmp_path: Path, lines: list[bytes]) -> None:
    feed = write(tmp_path / "feed.jsonl", [*lines, {"id": "good", "title": "good"}])
    report = import_feed(sqlite_store, feed, MAPPING, resume=False, batch=3)
    assert report.read == report.added + report.changed + report.unchanged + report.refused + report.duplicates or (
        report.duplicates > 0
    )
    assert sqlite_store.get(["good"])


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("feed.docx", b"x", "unknown kind of file; expected one of .csv"),
        ("feed.csv", b"", "row 1: expected a header"),
        ("feed.csv", b"a,a\n1,2\n", "column 'a' appears twice"),
        ("feed.csv", "sku,name\n".encode("utf-16"), "found UTF-16; expected UTF-8 or GB18030. Save the file"),
        ("feed.csv", b"x,y\n1,2\n", "no column is known to be the product's id. `shelfwise import --guess`"),
        ("feed.parquet", b"not parquet", "not a readable Parquet file"),
        ("feed.xml", b'<!DOCTYPE a [<!ENTITY b "c">]><rss><item>&b;</item></rss>', "expected XML without entities"),
    ],
)
def test_feeds_that_cannot_be_read(
    sqlite_store: SqlCatalogStore, tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(FeedError) as caught:
        Catalog(sqlite_store, tmp_path).load(tmp_path / name)
    assert message in str(caught.value)


def test_a_feed_that_is_not_there(sqlite_store: SqlCatalogStore, tmp_path: Path) -> None:
    with pytest.raises(FeedError, match="no such file"):
        Catalog(sqlite_store, tmp_path).load("nowhere.csv")


# --- interruption ------------------------------------------------------------------------------------------


def interrupted(store: SqlCatalogStore, feed: Path, mode: Any = "upsert", after: int = 20, **options: Any) -> None:
    def stop(done: int, total: int | None) -> None:
        if done >= after:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_feed(store, feed, MAPPING, mode, batch=10, progress=stop, **options)


def test_an_import_goes_on_where_it_stopped(store: SqlCatalogStore, tmp_path: Path) -> None:
    lines = [*rows(15), {"id": "x", "title": ""}, *rows(40)[15:], {"id": "p00000", "title": "Again"}]
    feed = write(tmp_path / "feed.jsonl", lines)
    reports = tmp_path / "reports"
    interrupted(store, feed, reports=reports)
    assert store.count() == 19
    report = import_feed(store, feed, MAPPING, reports=reports)
    assert (report.resumed_after, report.read, report.added, report.refused, report.duplicates) == (20, 42, 40, 1, 1)
    assert report.bad_file is not None
    assert len(Path(report.bad_file).read_text().splitlines()) == 1


def test_bad_rows_after_the_checkpoint_are_not_told_twice(sqlite_store: SqlCatalogStore, tmp_path: Path) -> None:
    feed = write(tmp_path / "feed.jsonl", [{"id": "", "title": "x"} for _ in range(40)])
    reports = tmp_path / "reports"
    interrupted(sqlite_store, feed, reports=reports)
    (bad_file,) = reports.glob("*.bad.jsonl")
    with bad_file.open("ab") as file:
        file.write(b'{"written before the kill, after the checkpoint"')
    import_feed(sqlite_store, feed, MAPPING, reports=reports)
    assert [json.loads(line)["row"] for line in bad_file.read_text().splitlines()] == list(range(1, 41))


def test_a_feed_that_changed_starts_anew(store: SqlCatalogStore, tmp_path: Path) -> None:
    feed = write(tmp_path / "feed.jsonl", rows(40))
    interrupted(store, feed)
    write(feed, rows(41))
    assert import_feed(store, feed, MAPPING).resumed_after == 0


def test_resume_can_be_turned_off(store: SqlCatalogStore, tmp_path: Path) -> None:
    feed = write(tmp_path / "feed.jsonl", rows(40))
    interrupted(store, feed)
    assert import_feed(store, feed, MAPPING, resume=False).resumed_after == 0


def test_an_interrupted_replace_deletes_nothing_and_knows_what_it_saw(store: SqlCatalogStore, tmp_path: Path) -> None:
    import_feed(store, write(tmp_path / "old.jsonl", rows(40)), MAPPING)
    feed = write(tmp_path / "new.jsonl", rows(36))
    interrupted(store, feed, "replace")
    assert store.count() == 40
    report = import_feed(store, feed, MAPPING, "replace")
    assert (report.deleted, store.count()) == (4, 36)


def start(*arguments: object) -> subprocess.Popen[str]:
    command = [sys.executable, CHILD, *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_killed_at_any_moment(place: str, tmp_path: Path) -> None:
    """kill -9, again and again: what was acknowledged is there, nothing is there twice, the end is the same.

    In mode "replace", which is an upsert and a deletion at the end.
    """
    mode: Any = "replace"
    moments = random.Random(7)
    lines = rows(4000)
    for number in range(0, 4000, 97):
        lines[number]["price"] = "free"
    feed = write(tmp_path / "feed.jsonl", lines)
    with SqlCatalogStore.open(place) as store:
        import_feed(store, write(tmp_path / "old.jsonl", [{"id": "old", "title": "old"}, *rows(9)]))
        acknowledged = 0
        kills = 0
        while acknowledged < 4000:
            child = start("load", place, feed, mode, 100)
            assert child.stdout is not None
            told = [child.stdout.readline() for _ in range(moments.randrange(10, 24))]
            time.sleep(moments.random() * 0.01)
            child.kill()
            rest, errors = child.communicate()
            assert errors == ""
            kills += 1
            before = acknowledged
            acknowledged = max(int(row) for row in (*told, *rest.split("\n")) if row.strip().isdigit())
            assert acknowledged > before  # it went on, it did not start anew
            there = {product.id for product in store.products()}
            missing = {row["id"] for row in lines[:acknowledged] if row["price"] != "free"} - there
            assert not missing
            assert "old" in there or acknowledged == 4000
        assert kills >= 2
        import_feed(store, feed, mode=mode, force=True, reports=tmp_path / "reports")
        with SqlCatalogStore.open(tmp_path / "whole.db") as whole:
            import_feed(whole, tmp_path / "old.jsonl")
            import_feed(whole, feed, mode=mode, force=True)
            assert snapshot(store) == snapshot(whole)
            assert store.count() == whole.count()
            assert len(list(store.changes(0))) == len(list(whole.changes(0)))
            assert store.revision() == whole.revision()  # no row was written twice
    for bad_file in (tmp_path / "reports").glob("*.bad.jsonl"):
        numbers = [json.loads(line)["row"] for line in bad_file.read_text().splitlines()]
        assert numbers == [number + 1 for number in range(0, 4000, 97)]


def test_a_full_disk(tmp_path: Path) -> None:
    place, feed = (
        tmp_path / "shop.db",
        write(tmp_path / "feed.jsonl", [row | {"a_text": "x" * 800} for row in rows(3000)]),
    )
    child = start("load", place, feed, "upsert", 100, 1_500_000)
    told, errors = child.communicate()
    assert child.returncode == 1
    assert errors.startswith("StorageError: ")
    assert "nothing was acknowledged" in errors
    assert "Free some disk space" in errors
    acknowledged = max(int(row) for row in told.split())
    with SqlCatalogStore.open(place) as store:
        assert store.count() == acknowledged > 0
        report = import_feed(store, feed, reports=tmp_path / "reports", batch=100)
        assert (report.resumed_after, report.added, store.count()) == (acknowledged, 3000, 3000)


def test_memory_does_not_grow_with_the_feed(tmp_path: Path) -> None:
    used = []
    for count in (3_000, 13_000):
        feed = write(tmp_path / f"{count}.jsonl", [row | {"a_text": "x" * 1000} for row in rows(count)])
        child = start("memory", tmp_path / f"{count}.db", feed)
        used.append(int(child.communicate()[0]))
    assert used[1] - used[0] < 8_000  # KiB; the larger feed is 10 MB longer


def test_two_imports_of_one_feed_do_not_mix(store: SqlCatalogStore, tmp_path: Path) -> None:
    feed = write(tmp_path / "feed.jsonl", rows(40))

    def interfere(done: int, total: int | None) -> None:
        if done == 20:
            import_feed(store, feed, MAPPING)

    with pytest.raises(ShelfwiseError, match="another process is importing the same feed"):
        import_feed(store, feed, MAPPING, batch=10, progress=interfere)
    assert store.count() == 40


def test_a_storage_error_acknowledges_nothing(store: SqlCatalogStore, place: str, tmp_path: Path) -> None:
    feed = write(tmp_path / "feed.jsonl", rows(40))
    with SqlCatalogStore.open(place, wait_seconds=0.2) as other:

        def block(done: int, total: int | None) -> None:
            with store.transaction():
                import_feed(other, feed, MAPPING)

        with pytest.raises(StorageError):
            import_feed(store, feed, MAPPING, batch=10, progress=block)
    assert store.count() == 10
    assert import_feed(store, feed, MAPPING).resumed_after == 10
