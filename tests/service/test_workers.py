"""Several server processes behind one address: all answer, follow each other's writes, come again and end in order."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from shelfwise.cli.serve import opened
from shelfwise.errors import NoIndexError, SettingsError
from shelfwise.service.workers import serve_many
from shelfwise.shop import Shop
from shelfwise.types import Product

SCRIPT = """
import signal, sys
from functools import partial
from pathlib import Path
sys.path.insert(0, sys.argv[1])
import openers
from shelfwise.cli.serve import opened
from shelfwise.service.workers import serve_many
def stop(*_): raise KeyboardInterrupt
signal.signal(signal.SIGTERM, stop)
opener = {"fake": openers.fake, "real": opened}[sys.argv[2]]
try:
    serve_many(partial(opener, Path(sys.argv[3])), "127.0.0.1", 0, 2, started=lambda told: print(told, flush=True))
except KeyboardInterrupt:
    print("ended", flush=True)
"""
FRESH = 24  # new connections: that all of them reach the same one of two processes does not happen


@contextmanager
def served(kind: str, folder: Path) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    call = [sys.executable, "-c", SCRIPT, str(Path(__file__).parent), kind, str(folder)]
    environment = {**os.environ, "SHELFWISE_API_KEY": "k"}
    with subprocess.Popen(call, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout
        try:
            yield process.stdout.readline().strip(), process
        finally:
            process.terminate()
            process.communicate(timeout=30)


def ask(address: str, path: str, **options: Any) -> Any:
    request = urllib.request.Request(
        f"{address}{path}", headers={"Authorization": "Bearer k", "Content-Type": "application/json"}, **options
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


def workers_of(process: subprocess.Popen[str]) -> list[int]:
    """The processes that serve, without the helper of Python's own."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    return [int(child) for child in children if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()]


def test_processes_answer_count_together_and_end(tmp_path: Path) -> None:
    with served("fake", tmp_path) as (address, process):
        crew = workers_of(process)
        assert len(crew) == 2
        for _ in range(FRESH):
            assert ask(address, "/v1/search?q=phone")["total"] >= 0
        with urllib.request.urlopen(f"{address}/metrics", timeout=10) as answer:
            lines = answer.read().decode().splitlines()
        counted = [line for line in lines if line.startswith("shelfwise_requests_total") and "/v1/search" in line]
        assert [float(line.rsplit(" ", 1)[1]) for line in counted] == [FRESH]
        process.send_signal(signal.SIGTERM)
        out, log = process.communicate(timeout=30)
        assert out.strip() == "ended" and "Traceback" not in log
        assert not any(Path(f"/proc/{pid}").exists() for pid in crew)


def test_a_process_that_dies_comes_again(tmp_path: Path) -> None:
    with served("fake", tmp_path) as (address, process):
        first = workers_of(process)
        os.kill(first[0], signal.SIGKILL)
        for _ in range(200):
            time.sleep(0.1)
            if len(set(workers_of(process)) - set(first)) == 1:
                break
        assert len(workers_of(process)) == 2
        deadline = time.monotonic() + 20
        answered = 0
        while answered < FRESH and time.monotonic() < deadline:  # until the new one answers, its share may wait
            try:
                ask(address, "/v1/search?q=phone")
                answered += 1
            except (urllib.error.URLError, ConnectionError):
                answered = 0
        assert answered == FRESH


def test_processes_end_when_the_first_is_killed(tmp_path: Path) -> None:
    with served("fake", tmp_path) as (_, process):
        crew = workers_of(process)
        process.kill()
        process.wait()
        deadline = time.monotonic() + 20
        while any(alive(pid) for pid in crew) and time.monotonic() < deadline:
            time.sleep(0.1)
        assert not any(alive(pid) for pid in crew)


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def test_a_write_through_one_process_is_found_in_all(tmp_path: Path) -> None:
    with Shop.create(tmp_path / "shop", {"encoder.kind": "fake"}) as shop:
        shop.upsert([Product("1", "red shoes"), Product("2", "blue hat")])
        shop.index()
    with served("real", tmp_path / "shop") as (address, _):
        body = json.dumps({"products": [{"id": "3", "title": "zebra lamp"}]}).encode()
        ask(address, "/v1/products", data=body, method="PUT")
        time.sleep(1)
        for _ in range(FRESH):
            assert "3" in [each["product"]["id"] for each in ask(address, "/v1/search?q=zebra")["items"]]


def test_errors_of_opening_are_raised_here(tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    Shop.create(folder, {"encoder.kind": "none"}).close()
    with pytest.raises(NoIndexError, match="no index") as raised:
        serve_many(partial(opened, folder), "127.0.0.1", 0, 2, started=lambda _: None)
    assert "shelfwise index" in raised.value.hint


def test_a_taken_port_is_named() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(SettingsError, match=f"127.0.0.1 port {port}"):
            serve_many(partial(opened, Path("nowhere")), "127.0.0.1", port, 2, started=lambda _: None)
