"""Fitted generators on disk: whole or not at all, gone on with after an interruption, served where they are whole."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar, Self

import pytest

from shelfwise.behaviour.table import EventTable
from shelfwise.errors import CorruptIndexError, StorageError
from shelfwise.recommend.base import CatalogTable, RecommendRequest, Source
from shelfwise.recommend.catalogue import table_of
from shelfwise.recommend.fitting import Fitted, FittedGenerators
from shelfwise.types import Candidates, Event, Product

NOW = datetime(2026, 11, 1, tzinfo=UTC)
CATALOG = table_of([Product("1", "a"), Product("2", "b")])


class Counting:
    """Keeps how many events it was fitted on. Fits are counted over all objects; `broken` makes them fail."""

    name: str = "counting"
    fits: ClassVar[list[int]] = []
    broken: ClassVar[bool] = False

    def __init__(self) -> None:
        self.events = -1

    def fit(self, events: EventTable, catalog: CatalogTable) -> Self:
        if self.broken:
            raise RuntimeError("the power went away")
        self.events = len(events)
        self.fits.append(self.events)
        return self

    def update(self, events: EventTable, catalog: CatalogTable) -> None:
        self.events += len(events)

    def generate(self, request: RecommendRequest, limit: int) -> Candidates:
        return Candidates((), {})

    def because(self, request: RecommendRequest, product: str) -> Source:
        return Source(self.name)

    def save(self, folder: Path) -> None:
        folder.mkdir()
        (folder / "events.json").write_text(json.dumps(self.events))

    @classmethod
    def load(cls, folder: Path) -> Self:
        loaded = cls()
        loaded.events = json.loads((folder / "events.json").read_text())
        return loaded


class Second(Counting):
    name: str = "second"
    fits: ClassVar[list[int]] = []


KINDS: list[Any] = [Counting, Second]


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    for kind in KINDS:
        monkeypatch.setattr(kind, "fits", [])


def events(until: int) -> EventTable:
    return EventTable.of(Event(str(n), "click", "ann", NOW, "1") for n in range(until))


def fit(root: Path, cursor: int = 5, revision: int = 1, now: datetime = NOW) -> str:
    about = Fitted("", now.isoformat(), cursor, revision, versions={"index": "0001"})
    return FittedGenerators(root).fit(KINDS, about, events, CATALOG, now=now)


def test_what_was_fitted_is_opened(tmp_path: Path) -> None:
    assert fit(tmp_path) == "0001"
    opened = FittedGenerators(tmp_path).open(KINDS)
    assert opened.fitted is not None
    assert (opened.fitted.cursor, opened.fitted.events, opened.fitted.products) == (5, 5, 2)
    assert {name: each.events for name, each in opened.generators.items()} == {"counting": 5, "second": 5}  # type: ignore[attr-defined]
    assert opened.damaged == {}


def test_the_newest_is_served_and_the_one_before_it_kept(tmp_path: Path) -> None:
    names = [fit(tmp_path, cursor) for cursor in (3, 4, 5)]
    fitted = FittedGenerators(tmp_path)
    assert names == ["0001", "0002", "0003"]
    assert (fitted.numbered.current(), fitted.numbered.names()) == ("0003", ["0002", "0003"])


def test_an_interrupted_fit_goes_on_with_the_events_it_began_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Second, "broken", True)
    with pytest.raises(RuntimeError, match="power"):
        fit(tmp_path, 5)
    assert FittedGenerators(tmp_path).open(KINDS).fitted is None
    monkeypatch.setattr(Second, "broken", False)
    assert fit(tmp_path, 9) == "0001"
    assert (Counting.fits, Second.fits) == ([5], [5])
    opened = FittedGenerators(tmp_path).open(KINDS)
    assert opened.fitted is not None
    assert opened.fitted.cursor == 5
    assert fit(tmp_path, 9) == "0002"
    assert Counting.fits == [5, 9]


@pytest.mark.parametrize("changes", [{"revision": 2}, {"now": NOW + timedelta(days=2)}])
def test_another_catalogue_or_another_day_begins_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changes: dict[str, Any]
) -> None:
    monkeypatch.setattr(Second, "broken", True)
    with pytest.raises(RuntimeError, match="power"):
        fit(tmp_path, 5)
    monkeypatch.setattr(Second, "broken", False)
    fit(tmp_path, 9, **changes)
    assert Counting.fits == [5, 9]


def test_a_damaged_generator_is_left_out_and_named(tmp_path: Path) -> None:
    fit(tmp_path)
    (tmp_path / "0001" / "second" / "events.json").write_text("6")
    opened = FittedGenerators(tmp_path).open(KINDS)
    assert [*opened.generators] == ["counting"]
    assert "checksum" in opened.damaged["second"]


def test_a_generator_that_cannot_be_read_is_left_out_and_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fit(tmp_path)

    def refuse(folder: Path) -> Any:
        raise StorageError(f"{folder}: of another version.")

    monkeypatch.setattr(Second, "load", refuse)
    opened = FittedGenerators(tmp_path).open(KINDS)
    assert [*opened.generators] == ["counting"]
    assert "another version" in opened.damaged["second"]


def test_a_damaged_manifest_leaves_the_generation_before_it(tmp_path: Path) -> None:
    fit(tmp_path, 3)
    fit(tmp_path, 5)
    (tmp_path / "0002" / "manifest.json").write_text("{")
    fitted = FittedGenerators(tmp_path)
    opened = fitted.open(KINDS)
    assert opened.fitted is not None
    assert opened.fitted.name == "0001"
    assert "manifest.json" in opened.damaged["0002"]
    with pytest.raises(CorruptIndexError, match="recommend fit"):
        fitted.get("0002")


def test_a_generator_that_the_program_no_longer_has_is_passed_over(tmp_path: Path) -> None:
    fit(tmp_path)
    assert [*FittedGenerators(tmp_path).open([Counting]).generators] == ["counting"]
    assert FittedGenerators(tmp_path / "nowhere").open(KINDS).fitted is None
