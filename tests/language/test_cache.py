"""The cache: nothing is encoded twice, nothing is lost, and nothing depends on the file."""

from __future__ import annotations

import logging
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shelfwise.errors import EncoderError
from shelfwise.language import cache
from shelfwise.language.base import TextKind
from shelfwise.language.cache import CachedEncoder, progress_bar
from shelfwise.language.encoders.fake import FakeEncoder
from shelfwise.types import Float32


class Counting(FakeEncoder):
    """Remembers what it was asked; fails from its `fails_after`-th call on."""

    def __init__(self, name: str = "counting", dim: int = 64, fails_after: int = 10**9) -> None:
        super().__init__(dim)
        self.name = name
        self.asked: list[str] = []
        self.calls = 0
        self.fails_after = fails_after

    def encode(self, texts: Sequence[str], kind: TextKind) -> Float32:
        self.calls += 1
        if self.calls > self.fails_after:
            raise EncoderError("gone")
        self.asked += texts
        return super().encode(texts, kind)


def texts(count: int, start: int = 0) -> list[str]:
    return [f"product {i} red shoes {i % 7}" for i in range(start, start + count)]


def test_a_second_index_encodes_only_what_is_new(tmp_path: Path) -> None:
    first = CachedEncoder(Counting(), tmp_path / "v.db")
    before = first.encode(texts(20), "product")
    first.close()
    inner = Counting()
    second = CachedEncoder(inner, tmp_path / "v.db")
    after = second.encode(texts(25)[::-1], "product")
    second.close()
    assert sorted(inner.asked) == sorted(texts(5, 20))
    np.testing.assert_array_equal(after[::-1][:20], before)  # made or read back, a vector is the same


def test_half_precision_is_enough(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    rows = rng.normal(size=(400, 384)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)

    class Fixed(Counting):
        def encode(self, texts: Sequence[str], kind: TextKind) -> Float32:
            return rows

    kept = CachedEncoder(Fixed(dim=384), tmp_path / "v.db")
    found = kept.encode(texts(400), "product")
    kept.close()
    assert np.abs(found @ found.T - rows @ rows.T).max() < 3e-4


def test_a_text_many_times_is_encoded_once(tmp_path: Path) -> None:
    inner = Counting()
    encoder = CachedEncoder(inner, tmp_path / "v.db")
    vectors = encoder.encode(["red", "blue", "red", "red"], "product")
    encoder.encode(["q", "q"], "query")
    encoder.close()
    assert inner.asked == ["red", "blue", "q"]
    np.testing.assert_array_equal(vectors[0], vectors[3])


def test_encoders_and_kinds_are_kept_apart(tmp_path: Path) -> None:
    for name in ("one", "other"):
        inner = Counting(name)
        encoder = CachedEncoder(inner, tmp_path / "v.db")
        encoder.encode(["red"], "product")
        encoder.encode(["red"], "query")
        encoder.close()
        assert inner.asked == ["red", "red"]


def test_a_row_of_another_width_is_not_used(tmp_path: Path) -> None:
    for dim in (64, 32):
        encoder = CachedEncoder(Counting(dim=dim), tmp_path / "v.db")
        assert encoder.encode(["red"], "product").shape == (1, dim)
        encoder.close()


def test_queries_stay_in_memory_and_the_oldest_leave(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "QUERIES", 3)
    inner = Counting()
    encoder = CachedEncoder(inner, tmp_path / "v.db")
    for text in ("a", "b", "c", "a", "d", "a", "b"):
        encoder.encode([text], "query")
    encoder.close()
    assert inner.asked == ["a", "b", "c", "d", "b"]
    with sqlite3.connect(tmp_path / "v.db") as connection:
        assert connection.execute("SELECT COUNT(*) FROM vectors").fetchone() == (0,)
    connection.close()


def test_progress_counts_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "CHUNK", 4)
    told: list[tuple[int, int]] = []
    encoder = CachedEncoder(Counting(), tmp_path / "v.db", lambda done, total: told.append((done, total)))
    encoder.encode(texts(3), "product")
    encoder.encode(texts(13), "product")
    encoder.encode(texts(13), "product")
    encoder.close()
    assert told == [(3, 3), (4, 10), (8, 10), (10, 10)]


def test_what_was_done_before_a_failure_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "CHUNK", 5)
    encoder = CachedEncoder(Counting(fails_after=2), tmp_path / "v.db")
    with pytest.raises(EncoderError):
        encoder.encode(texts(20), "product")
    encoder.close()
    inner = Counting()
    again = CachedEncoder(inner, tmp_path / "v.db")
    again.encode(texts(20), "product")
    again.close()
    assert inner.asked == texts(10, 10)


def test_a_killed_run_goes_on(tmp_path: Path) -> None:
    code = (
        "import sys, time, pathlib; from shelfwise.language import cache; cache.CHUNK = 10\n"
        "from shelfwise.language.encoders.fake import FakeEncoder\n"
        "class Slow(FakeEncoder):\n"
        "    def encode(self, texts, kind):\n"
        "        time.sleep(0.02); return super().encode(texts, kind)\n"
        "e = cache.CachedEncoder(Slow(), pathlib.Path(sys.argv[1]), lambda done, total: print(done, flush=True))\n"
        "e.encode([f'text {i}' for i in range(100_000)], 'product')"
    )
    path = tmp_path / "v.db"
    with subprocess.Popen([sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        for _ in range(5):
            done = int(child.stdout.readline())
        child.send_signal(signal.SIGKILL)
    inner = FakeEncoder()
    told: list[tuple[int, int]] = []
    again = CachedEncoder(inner, path, lambda done, total: told.append((done, total)))
    again.encode([f"text {i}" for i in range(200)], "product")
    again.close()
    assert not told or told[-1][1] <= 200 - done


@pytest.mark.parametrize("damage", [b"not a database at all" * 300, b"SQLite format 3\x00" + b"\xff" * 8000])
def test_a_damaged_file_is_moved_aside(tmp_path: Path, caplog: pytest.LogCaptureFixture, damage: bytes) -> None:
    path = tmp_path / "v.db"
    path.write_bytes(damage)
    encoder = CachedEncoder(Counting(), path)
    assert encoder.encode(texts(3), "product").shape == (3, 64)
    encoder.close()
    assert "damaged" in caplog.text
    assert (tmp_path / "v.db.damaged").read_bytes() == damage
    inner = Counting()
    again = CachedEncoder(inner, path)
    again.encode(texts(3), "product")
    again.close()
    assert inner.asked == []


def test_damage_in_the_middle_is_found_when_read(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "v.db"
    encoder = CachedEncoder(Counting(), path)
    before = encoder.encode(texts(600), "product")
    encoder.close()
    content = bytearray(path.read_bytes())
    content[4096 * 2 :] = bytes(len(content) - 4096 * 2)
    path.write_bytes(content)
    again = CachedEncoder(Counting(), path)
    np.testing.assert_array_equal(again.encode(texts(600), "product"), before)
    again.close()
    assert "damaged" in caplog.text


def test_a_folder_that_cannot_be_made_is_worked_without(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "file").write_text("")
    encoder = CachedEncoder(Counting(), tmp_path / "file" / "v.db")
    assert encoder.encode(texts(3), "product").shape == (3, 64)
    encoder.close()
    assert "going on without it" in caplog.text


def test_a_full_disk_is_worked_without(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    encoder = CachedEncoder(Counting(dim=256), tmp_path / "v.db")
    assert encoder._store._connection is not None
    encoder._store._connection.execute("PRAGMA max_page_count = 8")
    with caplog.at_level(logging.WARNING):
        vectors = encoder.encode(texts(1500), "product")
    encoder.close()
    np.testing.assert_allclose(vectors, FakeEncoder(256).encode(texts(1500), "product"), atol=1e-3)
    assert "going on without it" in caplog.text


def test_threads_share_an_encoder(tmp_path: Path) -> None:
    encoder = CachedEncoder(Counting(), tmp_path / "v.db")
    wanted = FakeEncoder(64).encode(texts(300), "product")
    barrier = threading.Barrier(6)

    def work(start: int) -> Float32:
        barrier.wait()
        return encoder.encode(texts(200, start * 20), "product")

    with ThreadPoolExecutor(6) as pool:
        for start, found in enumerate(pool.map(work, range(6))):
            np.testing.assert_allclose(found, wanted[start * 20 : start * 20 + 200], atol=1e-3)
    encoder.close()


def test_two_objects_share_a_file(tmp_path: Path) -> None:
    one, other = (CachedEncoder(Counting(), tmp_path / "v.db") for _ in range(2))
    one.encode(texts(50), "product")
    np.testing.assert_array_equal(one.encode(texts(50), "product"), other.encode(texts(50), "product"))
    one.close()
    other.close()


@settings(max_examples=30, deadline=None)
@given(batches=st.lists(st.lists(st.text(max_size=6), max_size=8), max_size=5))
def test_any_sequence_of_calls_gives_what_the_encoder_gives(
    tmp_path_factory: pytest.TempPathFactory, batches: list[list[str]]
) -> None:
    path = tmp_path_factory.mktemp("cache") / "v.db"
    inner = Counting()
    encoder = CachedEncoder(inner, path)
    for batch in batches:
        np.testing.assert_allclose(
            encoder.encode(batch, "product"), FakeEncoder(64).encode(batch, "product"), atol=1e-3
        )
    encoder.close()
    assert len(inner.asked) == len(set(inner.asked))


def test_a_bar_is_silent_without_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with progress_bar("Encoding") as progress:
        progress(1, 2)
    assert capsys.readouterr() == ("", "")
