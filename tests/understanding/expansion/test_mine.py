"""The miners together."""

from __future__ import annotations

from pathlib import Path

import pytest

from shelfwise.catalog import Catalog
from shelfwise.catalog.store import SqlCatalogStore
from shelfwise.understanding.expansion.base import SOURCES
from shelfwise.understanding.expansion.log import Asked
from shelfwise.understanding.expansion.mine import Behaviour, mine
from tests.understanding.expansion.shops import COLOURS, PAIRS, Meaning, bilingual

TRUTH = {**PAIRS, **COLOURS}
BEHAVIOUR = Behaviour(sessions=tuple((Asked("lamp", 0, 0), Asked("light", 9, 5)) for _ in range(6)))


def test_every_source_adds_its_own_and_known_rules_are_left_out() -> None:
    rules = [(("lamp", "台灯"), ("lamp", "台灯"))]
    found = mine(bilingual, Meaning(TRUTH), rules, behaviour=BEHAVIOUR)
    pairs = {(each.words, each.other): each.source for each in found}
    expected = {pair: "translations" for pair in TRUTH.items() if pair != ("lamp", "台灯")}
    assert pairs == {**expected, ("lamp", "light"): "log"}


def test_only_the_sources_asked_for() -> None:
    assert {each.source for each in mine(bilingual, None, [], behaviour=BEHAVIOUR, sources=["log"])} == {"log"}


def test_the_same_again() -> None:
    first, second = (mine(bilingual, Meaning(TRUTH), [], behaviour=BEHAVIOUR) for _ in range(2))
    assert first == second


def test_an_empty_shop_gives_nothing() -> None:
    assert mine(list, Meaning({}), []) == []


@pytest.mark.data("icecat")
def test_icecat_names_its_abbreviations(data: Path, tmp_path: Path) -> None:
    with SqlCatalogStore.open(f"{tmp_path}/shop.db") as store:
        part = tmp_path / "part.jsonl"
        import gzip

        with gzip.open(data / "products.jsonl.gz", "rt", encoding="utf-8") as lines:
            part.write_text("".join(line for line in lines if "uninterruptible" in line.lower()))
        Catalog(store, tmp_path).load(part, "icecat")
        found = mine(store.products, None, [], sources=["brackets"])
    assert ("ups", "uninterruptible power supply") in [(each.words, each.other) for each in found]
    assert set(SOURCES) >= {each.source for each in found}
