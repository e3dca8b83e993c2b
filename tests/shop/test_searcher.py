"""The stages of a search: what degrades, what is explained, what is highlighted, how live changes come in."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from shelfwise.catalog.base import ProductChange
from shelfwise.errors import EncoderError
from shelfwise.language.encoders.fake import FakeEncoder
from shelfwise.searcher import BATCH
from shelfwise.shop import Shop
from shelfwise.types import Product


def test_without_its_encoder_a_search_goes_by_words_and_says_so(
    demo_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: object, texts: Sequence[str], kind: Any) -> Any:
        raise EncoderError("the endpoint does not answer")

    with Shop.open(demo_folder) as shop:
        by_words = shop.search("phone case", mode="lexical")
        monkeypatch.setattr(FakeEncoder, "encode", refuse)
        slate = shop.search("phone case")
        assert slate.degraded == ("encoder",)
        assert slate.products == by_words.products
        assert shop.search("phone case", mode="lexical").degraded == ()
        assert shop.search("").degraded == ()


@pytest.mark.parametrize("mode", ["hybrid", "lexical", "dense"])
def test_scores_are_the_sum_of_what_is_explained(demo: Shop, mode: str) -> None:
    for item in demo.search("black phone case", mode=mode, limit=10).items:
        if mode == "hybrid":
            parts = [line.value for line in item.why.contributions if line.stage == "fusion"]
            assert sum(parts) == pytest.approx(item.score, abs=1e-4)
        assert item.why.contributions
    plain = demo.search("black phone case", mode=mode, limit=10, explain=False)
    assert [item.product.id for item in plain.items] == [
        item.product.id for item in demo.search("black phone case", mode=mode, limit=10).items
    ]
    assert all(item.why.contributions == () for item in plain.items)


def test_highlights_are_the_products_own_text(demo: Shop) -> None:
    for text, word in (("phone case", "phone"), ("手机壳", "手机")):
        marked = 0
        for item in demo.search(text, mode="lexical").items:
            for field, highlight in item.highlights.items():
                whole = "".join(part for part, _ in highlight.parts)
                assert whole
                if field == "title":
                    assert whole in (item.product.title, *(t.title for t in item.product.translations.values()))
                marked += any(word in part.lower() for part, hit in highlight.parts if hit)
        assert marked


def test_a_correction_is_told_and_can_be_declined(demo: Shop) -> None:
    slate = demo.search("wireles chargr", mode="lexical")
    assert slate.corrections or slate.did_you_mean
    assert slate.total > 0
    typed = demo.search("wireles chargr", mode="lexical", correct=False)
    assert typed.corrections == ()


def changes_of(products: Sequence[Product]) -> Iterator[ProductChange]:
    return (ProductChange(1000 + at, "upsert", product.id, product) for at, product in enumerate(products))


def test_changes_come_in_batches_and_count(small: Path) -> None:
    with Shop.open(small) as shop:
        searcher = shop.searcher()
        many = [Product(f"n{number}", f"quilt {number}") for number in range(2 * BATCH + 3)]
        assert searcher.apply(changes_of(many)) == len(many)
        assert searcher.revision == 1000 + len(many) - 1
        assert shop.search("quilt").total == len(many)
        assert searcher.apply(iter([ProductChange(5000, "delete", "n0", None)])) == 1
        assert shop.search("quilt").total == len(many) - 1
        assert searcher.apply(iter([])) == 0
        assert searcher.revision == 5000


def test_a_failing_batch_is_tried_again(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Shop.open(small) as shop:
        searcher = shop.searcher()
        apply = searcher.reader.apply
        monkeypatch.setattr(searcher.reader, "apply", lambda changes: (_ for _ in ()).throw(EncoderError("no")))
        with pytest.raises(EncoderError):
            shop.upsert([Product("n1", "walnut table")])
        assert shop.product("n1") is not None  # durable all the same
        assert shop.search("walnut").total == 0
        monkeypatch.setattr(searcher.reader, "apply", apply)
        assert shop.catch_up() == 1
        assert shop.search("walnut").total == 1


def test_threads_search_while_others_write(small: Path) -> None:
    troubles: list[BaseException] = []
    done = threading.Event()

    with Shop.open(small) as shop:
        shop.searcher()

        def read() -> None:
            try:
                while not done.is_set():
                    assert shop.search("lamp").total == 40
                    slate = shop.search("quilt", sort="price")
                    assert len({product.id for product in slate.products}) == len(slate.products)
            except BaseException as error:
                troubles.append(error)

        readers = [threading.Thread(target=read) for _ in range(2)]
        for reader in readers:
            reader.start()
        for number in range(9):
            shop.upsert([Product(f"n{number}", f"quilt {number}")])
            if number == 4:
                shop.index()
            if number % 3 == 0:
                shop.delete([f"n{number}"])
        done.set()
        for reader in readers:
            reader.join()
        assert troubles == []
        assert shop.search("quilt").total == 6
