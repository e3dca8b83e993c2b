"""Search weights chosen from judgments."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError

from shelfwise import Product
from shelfwise.errors import InputError
from shelfwise.settings import SearchSettings, UnderstandingSettings
from shelfwise.shop import Shop
from shelfwise.tuning import settings_of, tune_search
from shelfwise.types import Page, Query

WORDS = ("lamp", "chair", "kettle", "tent", "drum", "spade", "violin", "ladder", "helmet", "carpet")
QRELS = {f"{word} seat": {f"{word}-new": 3, f"{word}-old": 0} for word in WORDS}
# A synonym makes one product of each pair match better than the other, so its weight decides the order.
SYNONYMS = "seat, bench\n"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    folder: Path = tmp_path_factory.mktemp("tuning") / "shop"
    with Shop.create(folder, {"encoder.kind": "none"}) as made:
        (folder / "synonyms.txt").write_text(SYNONYMS, "utf-8")
        products = [
            product
            for word in WORDS
            for product in (
                Product(f"{word}-new", f"{word} bench", brand="Aria"),
                Product(f"{word}-old", f"{word} {word} {word} cover"),
            )
        ]
        made.upsert([*products, *(Product(f"seat-{n}", f"plain seat {n}") for n in range(30))])
        made.index()
        yield made


def test_tuning_finds_what_the_judgments_want(shop: Shop) -> None:
    start = SearchSettings(synonym_weight=0.0, coverage=0.0)
    space = {"synonym_weight": (0.0, 0.9), "coverage": (0.0, 3.0)}
    found = tune_search(shop.searcher(), start, QRELS, space=space, objective="mrr@10")
    assert np.nanmean(found.in_sample) > np.nanmean(found.start)
    settings = settings_of(start, found.chosen)
    assert settings.synonym_weight == 0.9 or settings.coverage == 3.0
    best = shop.searcher().tuned(settings)
    for query in QRELS:
        ids = [product.id for product in best.search(Query(query, page=Page(0, 5)), "q").products]
        assert ids[0] == query.split()[0] + "-new"


def test_the_same_seed_finds_the_same(shop: Shop) -> None:
    first, second = (tune_search(shop.searcher(), SearchSettings(), QRELS, seed=3).as_json() for _ in range(2))
    assert first == second


def test_the_shop_itself_is_not_changed(shop: Shop) -> None:
    before = shop.search("lamp seat").products
    tune_search(shop.searcher(), SearchSettings(), QRELS, space={"coverage": (0.0, 20.0)})
    assert shop.search("lamp seat").products == before
    assert shop.searcher().tuned(SearchSettings(mode="lexical")).generation is shop.searcher().generation


def test_tuning_keeps_the_steps_that_the_shop_leaves_out(shop: Shop) -> None:
    folder = shop.folder
    with Shop.open(folder, {"understanding.without": ("spelling", "kind")}) as other:
        tuned = other.searcher().tuned(SearchSettings(coverage=1.0))
        steps = {note.step for note in tuned.understand(Query("red lamp")).notes}
        assert "carriers" in steps and not steps & {"spelling", "kind"}
        every = tuned.tuned(SearchSettings(), UnderstandingSettings())
        assert {"spelling", "kind"} <= {note.step for note in every.understand(Query("red lamp")).notes}


@pytest.mark.parametrize("chosen", [{"dense_weight": 2.0}, {"coverage": -1.0}, {"unheard_of": 1.0}])
def test_settings_out_of_range_are_refused(chosen: dict[str, float]) -> None:
    with pytest.raises(ValidationError):
        settings_of(SearchSettings(), chosen)


def test_too_few_judged_queries(shop: Shop) -> None:
    with pytest.raises(InputError, match="expected 2 folds"):
        tune_search(shop.searcher(), SearchSettings(), {"lamp seat": QRELS["lamp seat"]})
