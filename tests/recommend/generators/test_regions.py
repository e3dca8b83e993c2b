"""What is popular in a region: by hand, at the limits of its shrinkage, and kept current."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from shelfwise.behaviour.base import Profile
from shelfwise.behaviour.table import EventTable
from shelfwise.recommend.base import CatalogTable, RecommendRequest
from shelfwise.recommend.catalogue import table_of
from shelfwise.recommend.generators import regions
from shelfwise.recommend.generators.popular import Popular
from shelfwise.recommend.generators.regions import PRIOR, RegionSums
from shelfwise.recommend.generators.trending import Trending
from shelfwise.types import Event, Product

START = datetime(2026, 1, 1, tzinfo=UTC)
CATALOG = table_of([Product(id, id, category=("All", id.upper())) for id in "abc"])


def purchases(region: str | None, start: datetime = START, **counts: int) -> list[Event]:
    """So many shoppers who bought each product there, all at one moment."""
    where = {"region": region} if region else {}
    return [
        Event(f"{region} {id} {n}", "purchase", f"{region} {id} {n}", start, id, properties=where)
        for id, count in counts.items()
        for n in range(count)
    ]


def order(model: Popular, region: str | None = None, category: str | None = None) -> list[str]:
    return list(model.generate(RecommendRequest(Profile("", START), START, category=category, region=region), 9).ids)


def scores(model: Popular, region: str | None) -> dict[str, float]:
    found = model.generate(RecommendRequest(Profile("", START), START, region=region), 9)
    return dict(zip(found.ids, found.scores[model.name].tolist(), strict=True))


def fitted(events: list[Event], catalog: CatalogTable = CATALOG) -> Popular:
    return Popular().fit(EventTable.of(events), catalog)


def test_scores_by_hand() -> None:
    model = fitted([*purchases("north", a=50), *purchases("south", b=100), *purchases(None, c=50)])
    # S = 200. North: t(a) = 50 = T, so a: 200 · (50 + 50 · 50/200) / 100 = 125, b: 200 · (50 · 100/200) / 100 = 50.
    assert scores(model, "north") == pytest.approx({"a": 125, "b": 50, "c": 25})
    assert scores(model, None) == pytest.approx({"a": 50, "b": 100, "c": 50})
    assert order(model, "north") == ["a", "b", "c"]
    assert order(model, "south") == ["b", "a", "c"]


def test_a_region_that_nobody_named_is_the_whole_shop() -> None:
    model = fitted([*purchases("north", a=5), *purchases("south", b=9)])
    assert scores(model, "moon") == scores(model, None)
    assert order(model, "moon") == ["b", "a"]


def test_few_touches_change_nothing_and_many_everything() -> None:
    whole = np.array([30.0, 20.0, 0.0])
    shares = [0.1, 0.0, 0.9]

    def found(touches: float) -> np.ndarray:
        places = np.zeros(3, np.int32), np.arange(3, dtype=np.int32)
        return RegionSums.empty(3).added(("north",), *places, touches * np.array(shares)).scores("north", whole)

    np.testing.assert_allclose(found(1e-9), whole, atol=1e-6)
    np.testing.assert_allclose(found(1e9), whole.sum() * np.array(shares), atol=1e-4)
    np.testing.assert_allclose(found(PRIOR), (whole + whole.sum() * np.array(shares)) / 2)
    assert found(7.0).sum() == pytest.approx(whole.sum())


def test_a_category_and_a_region_together() -> None:
    model = fitted([*purchases("north", a=90, c=9), *purchases("south", b=90)])
    assert order(model, "north", "All > B") == ["b"]
    assert order(model, "north", "All") == ["a", "b", "c"]


@pytest.mark.parametrize("kind", [Popular, Trending])
def test_updates_are_what_a_fit_on_everything_gives(kind: type[Popular]) -> None:
    old = purchases("north", a=40, b=10)
    new = [*purchases("south", START + timedelta(days=5), b=30), *purchases("north", START + timedelta(days=6), c=60)]
    model = kind().fit(EventTable.of(old), table_of([Product("b", "b"), Product("a", "a")]))
    model.update(EventTable.of(new), CATALOG)
    other = kind().fit(EventTable.of(old + new), CATALOG)
    for region in ("north", "south", None):
        assert scores(model, region) == pytest.approx(scores(other, region))


def test_trending_forgets_what_a_region_took_long_ago() -> None:
    events = [*purchases("north", a=100), *purchases("north", START + timedelta(days=30), b=60)]
    events += purchases("south", START + timedelta(days=30), c=90)
    assert order(fitted(events), "north")[0] == "a"
    assert order(Trending().fit(EventTable.of(events), CATALOG), "north")[0] == "b"


def test_products_that_are_gone_leave_the_region() -> None:
    model = fitted(purchases("north", a=9, b=5))
    model.update(EventTable.of([]), table_of([Product("b", "b")]))
    assert order(model, "north") == ["b"]


def test_what_is_kept_has_the_regions(tmp_path: Path) -> None:
    model = fitted([*purchases("north", a=50), *purchases("south", b=100)])
    model.save(tmp_path / "kept")
    assert scores(Popular.load(tmp_path / "kept"), "north") == scores(model, "north")


def test_a_region_for_every_event_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(regions, "MOST", 3)
    many = [event for n in range(40) for event in purchases(f"r{n}", a=1)]
    model = fitted([*many, *purchases("north", b=5), *purchases("south", c=4)])
    assert {"north", "south"} < set(model.regions.names)
    assert len(model.regions.names) == 3
