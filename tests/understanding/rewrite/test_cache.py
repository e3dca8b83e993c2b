"""Answers on disk."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from structlog.testing import capture_logs

from shelfwise.understanding.rewrite.cache import AnswerCache, key_of


def test_what_was_put_is_there_after_a_restart(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "a.db"
    first = AnswerCache(file)
    first.put(key_of("a"), "one")
    first.put(key_of("a"), "two")
    first.close()
    second = AnswerCache(file)
    assert (second.get(key_of("a")), second.get(key_of("b"))) == ("two", None)
    second.close()


def test_the_oldest_make_room(tmp_path: Path) -> None:
    cache = AnswerCache(tmp_path / "a.db", most=10)
    for at in range(50):
        cache.put(key_of(str(at)), str(at))
    assert [at for at in range(50) if cache.get(key_of(str(at)))] == list(range(40, 50))
    cache.close()


def test_threads_and_processes_share_a_file(tmp_path: Path) -> None:
    caches = [AnswerCache(tmp_path / "a.db") for _ in range(2)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda at: caches[at % 2].put(key_of(str(at)), str(at)), range(100)))
    assert all(caches[1 - at % 2].get(key_of(str(at))) == str(at) for at in range(100))
    for cache in caches:
        cache.close()


def test_a_file_that_cannot_be_used_is_worked_without(tmp_path: Path) -> None:
    (tmp_path / "a.db").write_bytes(b"no database at all" * 999)
    with capture_logs() as logs:
        cache = AnswerCache(tmp_path / "a.db")
        cache.put(key_of("a"), "one")
        assert cache.get(key_of("a")) is None
    assert [log["event"] for log in logs] == ["rewrites_not_kept"]


def test_a_closed_cache_knows_nothing(tmp_path: Path) -> None:
    cache = AnswerCache(tmp_path / "a.db")
    cache.put(key_of("a"), "one")
    cache.close()
    assert cache.get(key_of("a")) is None
