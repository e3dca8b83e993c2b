"""From a catalogue to a generation: what is in it, and that it is the same however one came to it."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from shelfwise.catalog.base import Offer
from shelfwise.errors import CorruptIndexError
from shelfwise.indexing import Terms, name_of, vectorised
from shelfwise.language.analyzer import BilingualAnalyzer
from shelfwise.language.encoders.fake import FakeEncoder
from shelfwise.retrieval.document import Documents, encoder_text
from shelfwise.retrieval.labels import Labels
from shelfwise.settings import Settings, read_settings
from shelfwise.shop import Shop
from shelfwise.slate import Slate
from shelfwise.types import Attribute, Money, Product

QUERIES = ("phone case", "手机壳", "black shoes", "tea", "iphne", "wireless charger 20000", "")


def answers(shop: Shop) -> list[tuple[Any, ...]]:
    found: list[tuple[Any, ...]] = []
    for text in QUERIES:
        for mode in ("hybrid", "lexical", "dense"):
            slate: Slate = shop.search(text, mode=mode, limit=30)
            scores = [(item.product.id, round(item.score, 4)) for item in slate.items]
            found.append((text, mode, slate.total, scores, slate.facets, slate.corrections, slate.did_you_mean))
        found.append((text, shop.suggest(text[:4])))
    return found


def shop_of(folder: Path, products: Sequence[Product]) -> Shop:
    shop = Shop.create(folder, {"encoder.kind": "fake"})
    shop.upsert(products)
    return shop


def test_two_builds_give_equal_answers(demo: Shop, catalogue: Sequence[Product], tmp_path: Path) -> None:
    with shop_of(tmp_path / "shop", list(reversed(catalogue))) as other:  # filled in another order
        other.index([("wireless charger", 9), ("手机壳", 5)])
        assert answers(other) == answers(demo)


def test_live_changes_come_to_what_a_fresh_index_has(catalogue: Sequence[Product], tmp_path: Path) -> None:
    """Matches, filters and products at once; words' weights, facets chosen and suggestions with the next index."""
    base, later = catalogue[:200], catalogue[200:260]
    with shop_of(tmp_path / "live", base) as live:
        live.index()
        live.searcher()
        live.upsert(later)
        live.patch([Offer(base[3].id, price=Money(Decimal("4321"), "CNY"), stock=0, available=False)])
        live.delete([base[5].id, base[6].id])
        live.upsert([dataclasses.replace(base[7], title="Aubergine trampoline")])
        with shop_of(tmp_path / "fresh", list(live.catalog.store.products())) as fresh:
            fresh.index()
            for text in QUERIES:
                for filters in (None, {"price": [100, 5000]}, {"available": False}):
                    one, other = (
                        shop.search(text, mode="lexical", filters=filters, limit=1000) for shop in (live, fresh)
                    )
                    if not (one.relaxed or other.relaxed or one.corrections or other.corrections):
                        assert {p.id: p for p in one.products} == {p.id: p for p in other.products}, (text, filters)
            by_price = [[p.price for p in shop.search("", sort="-price", limit=50).products] for shop in (live, fresh)]
            assert by_price[0] == by_price[1]
            facets = [shop.search("", facets=("brand", "category")).facets for shop in (live, fresh)]
            assert facets[0] == facets[1]
            live.index()
            assert answers(live) == answers(fresh)


def test_what_a_generation_says_of_itself(demo: Shop, catalogue: Sequence[Product]) -> None:
    manifest = demo.generations.get("0001").manifest
    assert (manifest.products, manifest.dim, manifest.revision) == (len(catalogue), 256, 300)
    assert manifest.versions == {
        "analyzer": demo.searcher().analyzer.fingerprint,
        "encoder": "fake-256",
        "encoder_text": manifest.versions["encoder_text"],
        "labels": demo.labels.fingerprint,
    }


def test_the_clock_and_the_ids_are_given(tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    with Shop.create(folder, {"encoder.kind": "none"}):
        pass
    day = datetime(2024, 2, 3, tzinfo=UTC)
    with Shop(folder, read_settings(folder, {}), clock=lambda: day, ids=lambda: "q1") as shop:
        assert shop.index().manifest.created == day.isoformat()
        assert shop.search("x").query_id == "q1"


def test_progress_goes_to_the_end(small: Path) -> None:
    told: list[tuple[int, int | None]] = []
    with Shop.open(small) as shop:
        shop.index(progress=lambda done, total: told.append((done, total)))
    assert told[-1] == (40, 40)


def test_terms_are_written_and_read(tmp_path: Path) -> None:
    (tmp_path / "terms").mkdir()
    Terms(["氮化镓", "磁吸壳"]).write(tmp_path / "terms")
    assert Terms.read(tmp_path) == ["氮化镓", "磁吸壳"]
    (tmp_path / "terms" / "terms.txt").write_bytes(b"\xff\xfe")
    with pytest.raises(CorruptIndexError, match=r"terms\.txt.*Index again"):
        Terms.read(tmp_path)
    with pytest.raises(CorruptIndexError, match="terms"):
        Terms.read(tmp_path / "elsewhere")


def test_vectors_are_those_of_the_encoder_text() -> None:
    documents, encoder = Documents(BilingualAnalyzer([]), Labels()), FakeEncoder()
    products = [Product("1", "red shoes", attributes={"color": Attribute("red")}), Product("2", "手机壳")]
    for product, indexed in zip(products, vectorised(documents, encoder, products), strict=True):
        assert indexed.id == product.id
        assert indexed.vector is not None
        assert (indexed.vector == encoder.encode([encoder_text(product)], "product")[0]).all()
    assert [indexed.vector for indexed in vectorised(documents, None, products)] == [None, None]
    assert (name_of(None), name_of(encoder)) == ("none", "fake-256")


def test_an_index_interrupted_goes_on_from_the_vectors_it_has(
    tmp_path: Path, catalogue: Sequence[Product], monkeypatch: pytest.MonkeyPatch
) -> None:
    encoded: list[int] = []
    encode = FakeEncoder.encode

    def counting(self: FakeEncoder, texts: Sequence[str], kind: Any) -> Any:
        if kind == "product":
            encoded.append(len(texts))
        return encode(self, texts, kind)

    def stop(done: int, total: int | None) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(FakeEncoder, "encode", counting)
    with shop_of(tmp_path / "shop", catalogue[:200]) as shop:
        with pytest.raises(KeyboardInterrupt):
            shop.index(progress=stop)
        assert shop.generations.current() is None
        first = sum(encoded)
        shop.index()
        assert first > 0
        assert sum(encoded) == first


def test_settings_of_search_are_those_of_the_shop(demo_folder: Path) -> None:
    with Shop.open(demo_folder, {"search.mode": "lexical", "search.facets": ["brand"], "search.relax": False}) as shop:
        slate = shop.search("phone case", filters={"price": [1e8, 2e8]})
        assert (slate.total, slate.relaxed) == (0, ())
        assert [facet.field for facet in slate.facets] == ["brand"]
        assert {item.why.contributions[0].stage for item in shop.search("phone case").items} == {"lexical"}
    assert Settings().search.mode == "hybrid"
