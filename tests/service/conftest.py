"""Shops behind the app, and clients to talk to it.

`shop` and `client` are a fake whose answers and failures a test decides; `any_shop` and `any_client` run a test twice,
over the fake and over a real shop that holds the same products among others.
"""

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
from shelfwise.shop import Shop

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
real = load("real_shop")
browsing = load("browsing")


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


@pytest.fixture(scope="session")
def real_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The real shop's folder, made once; tests that damage something copy it."""
    folder: Path = real.build(tmp_path_factory.mktemp("real") / "shop", fake)
    return folder


@pytest.fixture(scope="session")
def kept_shop(real_folder: Path) -> Iterator[Any]:
    """The real shop, open for all tests, and what puts it in order again."""
    with Shop.open(real_folder) as shop:
        yield shop, real.Restorer(shop)


@pytest.fixture
def real_shop(kept_shop: Any) -> Iterator[Shop]:
    """The real shop; what a test writes is undone."""
    shop, restorer = kept_shop
    yield shop
    restorer.restore()


@pytest.fixture
def real_client(real_shop: Shop, connect: Callable[..., TestClient]) -> TestClient:
    return connect(real_shop)


@pytest.fixture(params=["fake", "real"])
def any_shop(request: pytest.FixtureRequest) -> Any:
    return request.getfixturevalue("shop" if request.param == "fake" else "real_shop")


@pytest.fixture
def any_client(any_shop: Any, connect: Callable[..., TestClient]) -> TestClient:
    return connect(any_shop)


@pytest.fixture(scope="session")
def address(request: pytest.FixtureRequest) -> Iterator[str]:
    """Where a server of the fake shop (or, as a parameter says, of the real one) answers."""
    if getattr(request, "param", "fake") == "real":
        shop = request.getfixturevalue("kept_shop")[0]
    else:
        shop = fake.FakeShop(request.getfixturevalue("tmp_path_factory").mktemp("fake") / "pictures")
    with browsing.serving(create_app(shop, clock=time.monotonic)) as address:
        yield address


@pytest.fixture(scope="module")  # while a browser is open, no test of the module may run a loop of its own
def chromium() -> Iterator[Any]:
    with browsing.chromium() as browser:
        yield browser


@pytest.fixture
def visit(chromium: Any, address: str) -> Iterator[Callable[..., Any]]:
    """Opens a page. Afterwards: nothing was logged as an error, and no other host was asked for anything."""
    with browsing.visitor(chromium, address) as visit:
        yield visit


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
        app = create_app(shop, **{"clock": time.monotonic, **options})
        client = TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False)
        opened.append(client.__enter__())
        return client

    yield connect
    for client in opened:
        client.__exit__(None, None, None)


@pytest.fixture
def client(shop: Any, connect: Callable[..., TestClient]) -> TestClient:
    return connect(shop)
