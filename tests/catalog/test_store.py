from __future__ import annotations

import subprocess
import sys
import threading
import time
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shelfwise.catalog.base import Offer, ProductChange
from shelfwise.catalog.schema import TABLES, metadata
from shelfwise.catalog.store import PAGE, SqlCatalogStore
from shelfwise.errors import InputError, ShelfwiseError, ShopError, StorageError
from shelfwise.types import Money, Product, Review
from tests.catalog.products import example, products


def kinds(changes: object) -> dict[str, str]:
    return {change.id: change.kind for change in changes}  # type: ignore[attr-defined]


def test_what_is_written_comes_back(store: SqlCatalogStore) -> None:
    given_products = [example(number) for number in (3, 1, 2)]
    assert store.upsert(given_products) == 3
    assert list(store.products()) == sorted(given_products, key=lambda product: product.id)
    assert store.get(["p00002", "unknown", "p00003"]) == [example(2), example(3)]
    assert store.count() == 3


def test_the_same_product_twice_counts_once(store: SqlCatalogStore) -> None:
    assert store.upsert([example(1), example(1)]) == 1
    before = store.revision()
    assert store.upsert([example(1)]) == 0
    assert store.revision() == before
    assert not list(store.changes(before))


def test_the_last_of_several_with_one_id_counts(store: SqlCatalogStore) -> None:
    store.upsert([example(1), example(1, title="Second")])
    assert store.get(["p00001"])[0].title == "Second"


def test_patch_changes_the_offer_alone(store: SqlCatalogStore) -> None:
    store.upsert([example(1), example(2)])
    since = store.revision()
    price = Money(Decimal("1.50"), "CNY")
    assert store.patch([Offer("p00001", price=price, stock=0, available=False), Offer("nowhere", stock=1)]) == (
        1,
        ("nowhere",),
    )
    assert store.get(["p00001"]) == [example(1, price=price, stock=0, available=False)]
    assert [(change.id, change.kind) for change in store.changes(since)] == [("p00001", "offer")]
    again = store.revision()
    assert store.patch([Offer("p00001", stock=0)]) == (1, ())
    assert store.revision() == again


def test_patch_then_upsert_of_the_same_values_is_one_state(store: SqlCatalogStore) -> None:
    store.upsert([example(1, available=False, stock=0)])
    store.patch([Offer("p00001", available=True, stock=5)])
    assert store.upsert([example(1, available=True, stock=5)]) == 0


def test_an_upsert_that_differs_in_the_offer_only_is_an_offer(store: SqlCatalogStore) -> None:
    store.upsert([example(1)])
    since = store.revision()
    store.upsert([example(1, stock=99)])
    assert kinds(store.changes(since)) == {"p00001": "offer"}


def test_a_reader_behind_a_text_change_gets_an_upsert(store: SqlCatalogStore) -> None:
    store.upsert([example(1)])
    first = store.revision()
    store.upsert([example(1, title="New title")])
    second = store.revision()
    store.patch([Offer("p00001", stock=50)])
    assert kinds(store.changes(first)) == {"p00001": "upsert"}
    assert kinds(store.changes(second)) == {"p00001": "offer"}


def test_delete_leaves_a_tombstone_and_may_be_undone(store: SqlCatalogStore) -> None:
    store.upsert([example(1), example(2)])
    since = store.revision()
    assert store.delete(["p00001", "nowhere", "p00001"]) == 1
    assert store.delete(["p00001"]) == 0
    assert list(store.changes(since)) == [ProductChange(since + 1, "delete", "p00001", None)]
    assert store.get(["p00001"]) == []
    assert store.count() == 1
    assert store.patch([Offer("p00001", stock=1)]) == (0, ("p00001",))
    assert store.upsert([example(1)]) == 1
    assert store.count() == 2
    assert kinds(store.changes(since)) == {"p00001": "upsert"}


def test_long_reads_go_page_by_page(store: SqlCatalogStore) -> None:
    count = 2 * PAGE + 1
    store.upsert([Product(f"{number:05}", "x") for number in range(count)])
    assert [product.id for product in store.products()] == [f"{number:05}" for number in range(count)]
    assert [product.id for product in store.products(after="00510")] == ["00511", "00512"]
    revisions = [change.revision for change in store.changes(0)]
    assert revisions == sorted(set(revisions))
    assert len(revisions) == count
    assert len(store.get([f"{number:05}" for number in range(count)])) == count


def test_ids_are_in_order_of_code_point(store: SqlCatalogStore) -> None:
    ids = ["a", "B", "ä", "Z", "z", "_", "-", "中", "\U0001f600", "\uffee"]
    store.upsert([Product(id, "x") for id in ids])
    assert [product.id for product in store.products()] == sorted(ids)


def test_changes_end_at_the_revision_of_the_call(store: SqlCatalogStore) -> None:
    store.upsert([example(number) for number in range(3)])
    changes = store.changes(0)
    seen = [next(changes)]
    store.upsert([example(9)])
    seen += changes
    assert [change.id for change in seen] == ["p00000", "p00001", "p00002"]


@pytest.mark.parametrize("id", ["", "a\0b", "half \ud800"])
def test_ids_that_cannot_be_stored(store: SqlCatalogStore, id: str) -> None:
    with pytest.raises(InputError):
        store.upsert([example(1), Product(id, "x")])
    assert store.count() == 0
    assert store.get([id]) == []
    assert store.delete([id]) == 0
    assert store.patch([Offer(id, stock=1)]) == (0, (id,))
    assert store.reviews(id) == []


def test_hostile_ids_are_only_ids(store: SqlCatalogStore) -> None:
    ids = ["'; DROP TABLE products; --", "%", "<script>", "a\nb", "x" * 5000, "😀"]
    store.upsert([Product(id, id) for id in ids])
    assert [product.id for product in store.get(ids)] == ids
    assert store.delete(ids) == len(ids)


def test_reviews(store: SqlCatalogStore) -> None:
    day = [datetime(2025, 1, number, tzinfo=UTC) for number in range(1, 30)]
    reviews = [
        Review(f"r{number}", "p1", 1 + number % 5, f"好 {number}", "zh", "李", day[number]) for number in range(5)
    ]
    reviews.append(Review("old", "p1", 5, "No date", "en"))
    assert store.add_reviews(iter(reviews)) == 6
    assert store.add_reviews(reviews[:1]) == 1
    assert store.reviews("p1") == [*reversed(reviews[:5]), reviews[5]]
    assert [review.id for review in store.reviews("p1", limit=2, offset=4)] == ["r0", "old"]
    store.add_reviews([Review("r4", "p1", 1, "Changed", "en")])
    assert len(store.reviews("p1")) == 6
    assert store.reviews("nowhere") == []
    with pytest.raises(InputError, match="review 'bad': text"):
        store.add_reviews([Review("bad", "p1", 1, "\0", "en")])


def test_nothing_of_a_failed_transaction_stays(store: SqlCatalogStore) -> None:
    store.upsert([example(1)])
    with pytest.raises(RuntimeError), store.transaction() as writer:
        writer.delete(["p00001"])
        raise RuntimeError
    assert store.count() == 1
    assert store.revision() == 1


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(products, max_size=4))
def test_any_product_comes_back(store: SqlCatalogStore, some: list[Product]) -> None:
    unstorable = [product for product in some if "\0" in product.id]
    store.upsert([product for product in some if product not in unstorable])
    for product in {product.id: product for product in some if product not in unstorable}.values():
        assert store.get([product.id]) == [product]


steps = st.lists(
    st.tuples(st.sampled_from(["upsert", "text", "offer", "delete", "read"]), st.integers(0, 3), st.integers(0, 3)),
    max_size=25,
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(steps)
def test_a_reader_who_replays_changes_has_the_catalogue(
    sqlite_store: SqlCatalogStore, steps: list[tuple[str, int, int]]
) -> None:
    """Model: a reader keeps text and offer apart, and takes over from an "offer" change nothing but the offer."""
    store = sqlite_store
    store.delete([product.id for product in store.products()])
    texts: dict[str, str] = {}
    stocks: dict[str, int | None] = {}
    seen = store.revision()
    for kind, number, value in [*steps, ("read", 0, 0)]:
        id = f"p{number}"
        current = store.get([id])
        if kind == "upsert":
            store.upsert([Product(id, f"title {value}", stock=value)])
        elif kind == "text" and current:
            store.upsert([Product(id, f"other {value}", stock=current[0].stock)])
        elif kind == "offer":
            store.patch([Offer(id, stock=value)])
        elif kind == "delete":
            store.delete([id])
        elif kind == "read":
            for change in store.changes(seen):
                seen = change.revision
                if change.product is None:
                    texts.pop(change.id, None)
                    stocks.pop(change.id, None)
                    continue
                stocks[change.id] = change.product.stock
                if change.kind == "upsert":
                    texts[change.id] = change.product.title
            now = list(store.products())
            assert texts == {product.id: product.title for product in now}
            assert stocks == {product.id: product.stock for product in now}
            assert store.count() == len(now)


# --- opening, versions -------------------------------------------------------------------------------------


def test_it_is_there_after_closing(place: str) -> None:
    with SqlCatalogStore.open(place) as store:
        store.upsert([example(1)])
    with SqlCatalogStore.open(place) as store:
        assert list(store.products()) == [example(1)]


def test_migrations_end_at_the_schema_of_the_code(store: SqlCatalogStore) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with store.engine.connect() as connection:
        assert connection.execute(sa.text(f"select version_num from {TABLES.version_table}")).scalar() == TABLES.head
        context = MigrationContext.configure(connection, opts={"version_table": TABLES.version_table})
        assert compare_metadata(context, metadata) == []


def test_a_newer_schema_is_refused(place: str) -> None:
    with SqlCatalogStore.open(place) as store, store.engine.begin() as connection:
        connection.execute(sa.text(f"update {TABLES.version_table} set version_num = '9999'"))
    with pytest.raises(ShopError, match="version 9999 is newer"):
        SqlCatalogStore.open(place)


def test_several_processes_may_open_a_new_shop_at_once(place: str) -> None:
    errors: list[BaseException] = []

    def open_it() -> None:
        try:
            SqlCatalogStore.open(place).close()
        except ShelfwiseError as error:
            errors.append(error)

    threads = [threading.Thread(target=open_it) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []


@pytest.mark.parametrize(
    ("place", "message"),
    [
        ("/nowhere/at/all/shop.db", "the folder /nowhere/at/all does not exist"),
        ("mysql://localhost/x", "unknown kind of database"),
        ("postgresql://shop@127.0.0.1:1/none", "cannot be opened"),
        ("://", "not a database URL"),
    ],
)
def test_places_that_cannot_be_opened(place: str, message: str) -> None:
    with pytest.raises(ShopError, match=message):
        SqlCatalogStore.open(place)


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "shop.db").write_text("hello " * 1000)
    with pytest.raises(ShopError, match="file is not a database"):
        SqlCatalogStore.open(tmp_path / "shop.db")
    with pytest.raises(ShopError, match="is a folder"):
        SqlCatalogStore.open(tmp_path)


# --- several writers -----------------------------------------------------------------------------------------


def test_processes_write_side_by_side(place: str) -> None:
    with SqlCatalogStore.open(place) as store:
        child = str(Path(__file__).with_name("child.py"))
        writers = [subprocess.Popen([sys.executable, child, "write", place, name, "12"]) for name in "ab"]
        seen: dict[str, int] = {}
        last = 0
        while any(writer.poll() is None for writer in writers) or last < store.revision():
            time.sleep(0.01)
            for change in store.changes(last):
                assert change.revision > last
                last = seen[change.id] = change.revision
        for writer in writers:
            assert writer.wait() == 0
        assert store.count() == 25
        assert len(seen) == 25  # who follows the revisions misses nothing
        assert seen == {change.id: change.revision for change in store.changes(0)}


def test_a_lock_that_is_not_given_back(place: str) -> None:
    with SqlCatalogStore.open(place) as holder, SqlCatalogStore.open(place, wait_seconds=0.2) as waiter:
        with holder.transaction(), pytest.raises(StorageError, match=r"lock.*nothing was acknowledged") as caught:
            waiter.upsert([example(1)])
        assert "Another process is writing" in caught.value.hint
        assert waiter.upsert([example(1)]) == 1
