"""A fake shop behind the app, and a client to talk to it."""

from __future__ import annotations

import importlib.util
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import structlog
from starlette.testclient import TestClient

from shelfwise.service.app import create_app
from shelfwise.settings import Settings

HERE = Path(__file__).parent


def load(name: str) -> ModuleType:
    """A module beside the tests, which are not a package."""
    known = f"service_tests_{name}"
    if known not in sys.modules:
        spec = importlib.util.spec_from_file_location(known, HERE / f"{name}.py")
        assert spec and spec.loader
        sys.modules[known] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[known])
    return sys.modules[known]


fake = load("fake_shop")


@pytest.fixture(autouse=True)
def plain_log() -> Iterator[None]:
    """Log lines go nowhere (the default draws every local variable of a failure)."""
    structlog.configure(
        processors=[structlog.processors.JSONRenderer()], logger_factory=structlog.ReturnLoggerFactory()
    )
    yield
    structlog.reset_defaults()


@pytest.fixture(scope="session")
def fake_module() -> ModuleType:
    return fake


@pytest.fixture
def shop(tmp_path: Path) -> Any:
    return fake.FakeShop(tmp_path / "pictures")


@pytest.fixture
def make_shop(tmp_path: Path) -> Callable[..., Any]:
    def make(**server: Any) -> Any:
        return fake.FakeShop(tmp_path / "pictures", Settings.model_validate({"server": server}))

    return make


@pytest.fixture
def connect() -> Iterator[Callable[..., TestClient]]:
    """Clients of apps around a shop, addressed as this machine."""
    opened: list[TestClient] = []

    def connect(shop: Any, **options: Any) -> TestClient:
        app = create_app(shop, clock=time.monotonic, **options)
        client = TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False)
        opened.append(client.__enter__())
        return client

    yield connect
    for client in opened:
        client.__exit__(None, None, None)


@pytest.fixture
def client(shop: Any, connect: Callable[..., TestClient]) -> TestClient:
    return connect(shop)
