from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import structlog

from shelfwise.shop import Shop
from shelfwise.simulate.products import demo_products
from shelfwise.types import Product

HERE = Path(__file__).parent
COUNT = 300


@pytest.fixture(autouse=True)
def plain_log() -> Iterator[None]:
    structlog.configure(
        processors=[structlog.processors.JSONRenderer()], logger_factory=structlog.ReturnLoggerFactory()
    )
    yield
    structlog.reset_defaults()


@pytest.fixture(scope="session")
def catalogue() -> tuple[Product, ...]:
    return tuple(demo_products(7, COUNT))


@pytest.fixture(scope="session")
def demo_folder(tmp_path_factory: pytest.TempPathFactory, catalogue: Sequence[Product]) -> Path:
    """A shop with an index, closed; never written to."""
    folder = tmp_path_factory.mktemp("demo") / "shop"
    with Shop.create(folder, {"encoder.kind": "fake"}) as shop:
        shop.upsert(catalogue)
        shop.index([("wireless charger", 9), ("手机壳", 5)])
    return folder


@pytest.fixture(scope="session")
def demo(demo_folder: Path) -> Iterator[Shop]:
    """The same shop, open; tests only read it."""
    with Shop.open(demo_folder) as shop:
        yield shop


@pytest.fixture(scope="session")
def small_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A shop of forty products with an index, without an encoder, closed; never written to."""
    folder = tmp_path_factory.mktemp("small") / "shop"
    with Shop.create(folder, {"encoder.kind": "none"}) as shop:
        shop.upsert([Product(f"p{number}", f"lamp model{number}") for number in range(40)])
        shop.index()
    return folder


@pytest.fixture
def small(small_folder: Path, tmp_path: Path) -> Path:
    """A copy of it that the test may change."""
    return Path(shutil.copytree(small_folder, tmp_path / "shop"))


@pytest.fixture
def demo_copy(demo_folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(demo_folder, tmp_path / "shop"))


class Run:
    """A process that does one command of child.py. What it says is in a file, so that nothing said is lost."""

    def __init__(self, pid: int, said: Path, ended: Callable[[], int]) -> None:
        self.pid, self._said, self.wait = pid, said, ended

    @property
    def said(self) -> list[str]:
        text = self._said.read_text() if self._said.exists() else ""
        return [line for line in text.split("\n")[:-1] if line]

    def until(self, lines: int, seconds: float = 30.0) -> list[str]:
        """Waits until it has said so many lines."""
        end = time.monotonic() + seconds
        while len(self.said) < lines:
            assert time.monotonic() < end, f"said only {self.said}"
            time.sleep(0.001)
        return self.said

    def kill(self) -> list[str]:
        """SIGKILL, and everything that it said before."""
        os.kill(self.pid, signal.SIGKILL)
        assert self.wait() == -signal.SIGKILL
        return self.said


@pytest.fixture(scope="session")
def nursery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Run]]:
    """Starts processes of child.py: real ones, forked by a process in which everything is imported already."""
    folder = tmp_path_factory.mktemp("said")
    process = subprocess.Popen(
        [sys.executable, str(HERE / "child.py")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin is not None and process.stdout is not None
    orders, answers, number = process.stdin, process.stdout, 0

    def start(command: str, *arguments: Any) -> Run:
        nonlocal number
        number += 1
        said = folder / f"{number}.txt"
        orders.write(json.dumps([str(said), command, *map(str, arguments)]) + "\n")
        orders.flush()
        return Run(int(answers.readline()), said, lambda: int(answers.readline()))

    yield start
    orders.close()
    process.wait(30)
    answers.close()


@pytest.fixture
def soon() -> Callable[[Callable[[], object]], None]:
    """Waits until something is so; fails when it never is."""

    def wait(what: Callable[[], object], seconds: float = 20.0) -> None:
        end = time.monotonic() + seconds
        while not what():
            assert time.monotonic() < end, "it never came about"
            time.sleep(0.02)

    return wait
