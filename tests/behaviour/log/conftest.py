from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from shelfwise.behaviour.log.store import SqlEventLog
from tests.catalog.conftest import postgres_server, postgres_url

__all__ = ["postgres_server", "postgres_url"]
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Clock:
    """The time that a test sets."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **by: float) -> None:
        self.now += timedelta(**by)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a new log may be: each test runs on both databases."""
    return str(tmp_path / "events.db") if request.param == "sqlite" else request.getfixturevalue("postgres_url")


Opener = Callable[..., SqlEventLog]


@pytest.fixture
def opened(place: str, clock: Clock) -> Iterator[Opener]:
    """Opens the log again and again; all are closed at the end."""
    logs: list[SqlEventLog] = []

    def open_it(**options: object) -> SqlEventLog:
        logs.append(SqlEventLog.open(place, **{"clock": clock, **options}))
        return logs[-1]

    yield open_it
    for log in logs:
        log.close()


@pytest.fixture
def log(opened: Opener) -> SqlEventLog:
    return opened()
