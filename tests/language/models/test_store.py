"""Versions of models: whole or not at all, numbered once, promoted, rolled back, checked."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from shelfwise.errors import EncoderError, InputError, NotFoundError, StorageError
from shelfwise.language.models.card import Card
from shelfwise.language.models.store import CURRENT, FILES, PROMOTED, ModelStore


@pytest.fixture
def store(tmp_path: Path) -> ModelStore:
    return ModelStore(tmp_path / "models")


def make(store: ModelStore, name: str = "ours", weights: bytes = b"weights") -> str:
    with store.create(name) as folder:
        Card("encoder", method="lora").write(folder)
        (folder / "model").mkdir()
        (folder / "model" / "model.safetensors").write_bytes(weights)
        (folder / "onnx").mkdir()
        (folder / "onnx" / "model.onnx").write_bytes(b"graph")
    return store.versions(name)[-1]


def left(store: ModelStore) -> set[str]:
    return {path.name for path in store.root.iterdir()} - {".lock", PROMOTED}


def test_an_empty_store(store: ModelStore) -> None:
    assert store.names() == ()
    assert store.versions("ours") == ()
    assert store.current("ours") is None
    with pytest.raises(NotFoundError, match="no model 'ours'; found none"):
        store.card("ours")
    assert not store.root.exists()


def test_versions_count_up_and_keep_their_cards(store: ModelStore) -> None:
    assert [make(store), make(store), make(store, "other")] == ["0001", "0002", "0001"]
    assert store.names() == ("other", "ours")
    assert store.versions("ours") == ("0001", "0002")
    card = store.card("ours", "0001")
    assert (card.name, card.version, card.method) == ("ours", "0001", "lora")
    assert store.card("ours").version == "0002"  # the newest, while none is promoted
    assert store.folder("ours", "1") == store.root / "ours" / "0001"
    assert store.folder("ours", "0001", "onnx") == store.root / "ours" / "0001" / "onnx"
    assert left(store) == {"ours", "other"}


def test_a_number_is_never_given_twice_after_a_deletion_of_an_older_one(store: ModelStore) -> None:
    make(store), make(store)
    store.delete("ours", "0001")
    assert make(store) == "0003"
    assert store.versions("ours") == ("0002", "0003")


@pytest.mark.parametrize("error", [ValueError("NaN loss"), KeyboardInterrupt()])
def test_what_ends_badly_leaves_nothing(store: ModelStore, error: BaseException) -> None:
    with pytest.raises(type(error)), store.create("ours") as folder:
        (folder / "half").write_bytes(b"x")
        raise error
    assert store.versions("ours") == ()
    assert left(store) == set()


def test_a_full_disk_is_told(store: ModelStore) -> None:
    with pytest.raises(StorageError, match="models could not be written"), store.create("ours"):
        raise OSError(28, "No space left on device")
    assert left(store) == set()


@pytest.mark.parametrize("content", [None, b"{", b"{}"])
def test_no_version_without_a_card(store: ModelStore, content: bytes | None) -> None:
    with pytest.raises(EncoderError, match=r"card\.json"), store.create("ours") as folder:
        if content is not None:
            (folder / "card.json").write_bytes(content)
    assert store.versions("ours") == ()


def test_killed_while_it_writes(store: ModelStore) -> None:
    code = """
import sys, time
from pathlib import Path
from shelfwise.language.models.card import Card
from shelfwise.language.models.store import ModelStore
with ModelStore(Path(sys.argv[1])).create("ours") as folder:
    Card("encoder").write(folder)
    print("writing", flush=True)
    time.sleep(60)
"""
    make(store)
    call = [sys.executable, "-c", code, str(store.root)]
    with subprocess.Popen(call, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"writing\n"
        process.kill()
        assert process.wait() == -signal.SIGKILL
    assert store.versions("ours") == ("0001",)
    assert make(store) == "0002"
    assert left(store) == {"ours"}  # what the dead process left was cleared away


def test_writers_at_once_get_different_numbers(store: ModelStore) -> None:
    together = threading.Barrier(6)
    told: dict[int, list[str]] = {number: [] for number in range(6)}

    def write(number: int) -> None:
        with store.create("ours", told[number].append) as folder:
            Card("encoder", seed=number).write(folder)
            together.wait()

    threads = [threading.Thread(target=write, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.versions("ours") == tuple(f"{number:04}" for number in range(1, 7))
    assert {number: store.card("ours", version).seed for number, [version] in told.items()} == {n: n for n in range(6)}


def test_promote_and_roll_back(store: ModelStore) -> None:
    for _ in range(3):
        make(store)
    assert store.promote("ours", "1") == "0001"
    store.promote("ours", "0003")
    store.promote("ours", "0003")  # twice is once
    assert store.current("ours") == "0003"
    assert (store.root / "ours" / CURRENT).resolve().name == "0003"
    store.promote("ours", "0002")
    assert store.card("ours").version == "0002"
    assert [store.rollback("ours"), store.rollback("ours")] == ["0003", "0001"]
    with pytest.raises(NotFoundError, match="no version was promoted before 0001"):
        store.rollback("ours")
    assert store.current("ours") == "0001"


def test_a_version_promoted_and_since_deleted_is_passed_over(store: ModelStore) -> None:
    for version in (make(store), make(store), make(store)):
        store.promote("ours", version)
    store.delete("ours", "0002")
    assert store.rollback("ours") == "0001"


def test_a_promotion_that_died_half_way_counts_for_nothing(store: ModelStore) -> None:
    make(store), make(store), make(store)
    store.promote("ours", "0001")
    store.promote("ours", "0002")
    (store.root / PROMOTED).write_text('{"ours": ["0001", "0002", "0003"]}')  # written, and the link was not
    assert store.current("ours") == "0002"
    assert store.rollback("ours") == "0001"


@pytest.mark.parametrize("content", ["{", "[]", '{"ours": 3}'])
def test_promotions_that_cannot_be_read_are_forgotten(store: ModelStore, content: str) -> None:
    make(store), make(store)
    store.promote("ours", "0001")
    (store.root / PROMOTED).write_text(content)
    store.promote("ours", "0002")
    assert store.rollback("ours") == "0001"


def test_the_promoted_one_cannot_be_deleted(store: ModelStore) -> None:
    make(store)
    store.promote("ours", "0001")
    with pytest.raises(InputError, match="ours@0001 is the version promoted"):
        store.delete("ours", "0001")
    assert store.versions("ours") == ("0001",)


def test_a_link_to_nothing_is_told(store: ModelStore) -> None:
    make(store)
    (store.root / "ours" / CURRENT).symlink_to("0009")
    with pytest.raises(EncoderError, match=r"current: found a link to 0009, expected one of 0001"):
        store.current("ours")


@pytest.mark.parametrize(
    "name", ["", ".", "..", "../x", "a/b", "/etc", "a.b", "-x", "x" * 65, "default", "minilm", "模"]
)
def test_names_are_no_paths(store: ModelStore, name: str) -> None:
    for use in (store.versions, store.card, store.folder, lambda name: store.create(name).__enter__()):
        with pytest.raises(InputError, match="models: found the name"):
            use(name)
    assert not store.root.exists()


@pytest.mark.parametrize("version", ["0002", "x", "../0001", "-1", ""])
def test_a_version_that_is_not_there(store: ModelStore, version: str) -> None:
    make(store)
    for use in (store.card, store.folder, store.promote, store.delete):
        with pytest.raises(NotFoundError, match=r"no version .*; found 0001"):
            use("ours", version)


def test_a_part_that_is_not_there(store: ModelStore) -> None:
    make(store)
    with pytest.raises(NotFoundError, match="no folder 'table'"):
        store.folder("ours", None, "table")


@pytest.mark.parametrize("damage", ["other bytes", "longer", "gone"])
def test_a_changed_file_is_named(store: ModelStore, damage: str) -> None:
    make(store)
    file = store.root / "ours" / "0001" / "model" / "model.safetensors"
    if damage == "gone":
        file.unlink()
    else:
        file.write_bytes(b"weighty" if damage == "other bytes" else b"weights and more")
    for use in (store.folder, store.promote):
        with pytest.raises(EncoderError, match=r"model\.safetensors: (missing|was changed)") as raised:
            use("ours", "0001")
        assert "rollback" in raised.value.hint
    assert store.folder("ours", "0001", "onnx")  # the other part is whole
    with pytest.raises(EncoderError, match=r"model\.safetensors"):
        store.folder("ours", "0001", "model")


def test_digests_that_cannot_be_read(store: ModelStore) -> None:
    make(store)
    (store.root / "ours" / "0001" / FILES).write_text("{")
    with pytest.raises(EncoderError, match=r"files\.json"):
        store.folder("ours", "0001")
