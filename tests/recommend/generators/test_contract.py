"""What every generator keeps to, whatever it knows."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from shelfwise.behaviour.base import Profile, Touch
from shelfwise.behaviour.table import EventTable
from shelfwise.recommend.base import CandidateGenerator, RecommendRequest
from shelfwise.recommend.catalogue import table_of
from shelfwise.recommend.generators.als import Als
from shelfwise.recommend.generators.cold_items import ColdItems
from shelfwise.recommend.generators.registry import KINDS
from shelfwise.recommend.generators.transitions import Transitions
from shelfwise.types import Event, EventKind, Money, Product, Rating
from tests.recommend.generators.sequences import AsTrained

START = datetime(2026, 1, 1, tzinfo=UTC)
KIND: tuple[EventKind, ...] = ("view", "click", "cart", "purchase")
ALL = list(dict.fromkeys((*KINDS, Transitions, Als, ColdItems, AsTrained)))


def product(n: int) -> Product:
    price, was = Money(Decimal(80 + n), "EUR"), Money(Decimal(100), "EUR")
    return Product(
        f"p{n}",
        f"product {n}",
        brand=f"brand {n % 3}",
        category=("All", f"category {n % 4}"),
        price=price,
        list_price=was if n % 2 else None,
        rating=Rating(3 + n % 3, 5),
        released=START + timedelta(days=n),
    )


def vector(id: str) -> np.ndarray:
    found = np.random.default_rng(int(id[1:])).normal(size=8)
    return (found / np.linalg.norm(found)).astype(np.float32)


PRODUCTS = [product(n) for n in range(28)]  # nobody touches the last four
CATALOG = table_of(PRODUCTS, vector)


def events(count: int = 900) -> EventTable:
    """30 shoppers in four tastes of six products; the first two of each taste are bought together."""
    random = np.random.default_rng(0)
    made = []
    for n in range(count):
        who, day, kind = n % 30, n // 60, KIND[(n // 30 + n) % 4]
        near = (n // 30) % 2 if kind == "purchase" else int(random.integers(0, 6))
        time = START + timedelta(days=day, minutes=n % 60)
        together = (near, 1 - near) if kind == "purchase" else (near,)
        own = (who % 4) * 6
        made.extend(Event(f"{n} {also}", kind, f"s{who}", time, f"p{own + also}", value=9.0) for also in together)
    return EventTable.of(made)


def request(*touched: str, **more: object) -> RecommendRequest:
    at = START + timedelta(days=40)
    recent = tuple(Touch(id, "view", at - timedelta(hours=n)) for n, id in enumerate(touched))
    bought = {id: (at - timedelta(days=20), at - timedelta(days=10)) for id in touched[1:2]}
    profile = Profile("ann", at, events=len(recent), recent=recent, bought=bought)
    return replace(RecommendRequest(profile, at), **more)  # type: ignore[arg-type]


REQUESTS = [
    request(),
    request("p0", "p1", "p7"),
    request("p0", seeds=("p2",)),
    request("unknown", "p3", exclude=frozenset({"p1", "p4"})),
    request("p9", category="All > category 1"),
    request(seeds=("unknown",)),
]


@pytest.fixture(params=ALL, ids=lambda kind: kind.name)
def kind(request: pytest.FixtureRequest) -> type[CandidateGenerator]:
    return request.param  # type: ignore[no-any-return]


def test_candidates_are_well_formed(kind: type[CandidateGenerator]) -> None:
    model = kind().fit(events(), CATALOG)
    some = 0
    for asked in REQUESTS:
        found = model.generate(asked, 5)
        scores = found.scores[kind.name]
        some += len(found.ids)
        assert len(found.ids) == len(set(found.ids)) == len(scores) <= 5
        assert scores.dtype == np.float32
        assert (np.diff(scores) <= 0).all()
        assert not np.isnan(scores).any()
        assert not set(found.ids) & (asked.exclude | set(asked.seeds))
        assert set(found.ids) <= set(CATALOG.ids)
        for id in found.ids:
            assert model.because(asked, id).generator == kind.name
    assert some > 0, "no request had a candidate: the generator is not tested"


def test_what_is_kept_gives_the_same(kind: type[CandidateGenerator], tmp_path: Path) -> None:
    model = kind().fit(events(), CATALOG)
    model.save(tmp_path / "kept")
    loaded = kind.load(tmp_path / "kept")
    loaded.update(EventTable.of([]), CATALOG)
    for asked in REQUESTS:
        before, after = model.generate(asked, 5), loaded.generate(asked, 5)
        assert before.ids == after.ids
        np.testing.assert_allclose(before.scores[kind.name], after.scores[kind.name], rtol=1e-2)


def test_products_that_are_gone_are_not_given(kind: type[CandidateGenerator]) -> None:
    model = kind().fit(events(), CATALOG)
    gone = {id for asked in REQUESTS for id in model.generate(asked, 5).ids}
    left = table_of([each for each in PRODUCTS if each.id not in gone or each.id == "p9"], vector)
    model.update(EventTable.of([]), left)
    for asked in REQUESTS:
        assert set(model.generate(asked, 5).ids) <= set(left.ids)


def test_nothing_known_is_no_error(kind: type[CandidateGenerator]) -> None:
    empty = table_of([])
    model = kind().fit(EventTable.of([]), empty)
    for asked in REQUESTS:
        assert model.generate(asked, 5).ids == ()
    model.update(events(60), CATALOG)
    for asked in REQUESTS:
        assert set(model.generate(asked, 5).ids) <= set(CATALOG.ids)


def test_one_event_is_a_log(kind: type[CandidateGenerator]) -> None:
    model = kind().fit(events(1), CATALOG)
    for asked in REQUESTS:
        found = model.generate(asked, 5)
        assert set(found.ids) <= set(CATALOG.ids)
        assert len(found.ids) == len(found.scores[kind.name]) <= 5


def test_the_same_log_gives_the_same(kind: type[CandidateGenerator]) -> None:
    one, two = kind().fit(events(), CATALOG), kind().fit(events(), CATALOG)
    for asked in REQUESTS:
        assert one.generate(asked, 5).ids == two.generate(asked, 5).ids
