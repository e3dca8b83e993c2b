"""Bilingual pairs of a catalogue whose pairs are known."""

from __future__ import annotations

import pytest

from shelfwise.types import Product
from shelfwise.understanding.expansion.base import Candidate
from shelfwise.understanding.expansion.corpus import read_corpus
from shelfwise.understanding.expansion.translations import mine_translations
from tests.understanding.expansion.shops import COLOURS, PAIRS, Meaning, bilingual

TRUTH = {**PAIRS, **COLOURS}


def mined(products: list[Product], encoder: Meaning | None = None) -> list[Candidate]:
    return list(mine_translations(read_corpus(products, PAIRS.values()), encoder))


@pytest.mark.parametrize("encoder", [None, Meaning(TRUTH)], ids=["counts", "encoder"])
def test_all_pairs_are_found_and_no_others(encoder: Meaning | None) -> None:
    assert {each.words: each.other for each in mined(bilingual(), encoder)} == TRUTH


def test_the_encoder_decides_where_counts_cannot() -> None:
    """A brand that comes with every lamp, as its own word does."""
    products = [
        Product(each.id, each.title.replace("lamp", "lumino lamp"), translations=each.translations)
        for each in bilingual()
    ]
    by_counts = {each.words: each.other for each in mined(products)}
    assert "lumino" not in by_counts
    assert by_counts.get("lamp") is None
    assert {each.words: each.other for each in mined(products, Meaning(TRUTH))} == TRUTH


def test_words_that_come_together_by_chance_are_no_pair() -> None:
    few = [each for each in bilingual() if "shredder" in each.title][:2]
    assert mined(few) == []


def test_evidence_names_count_and_titles() -> None:
    found = next(each for each in mined(bilingual()) if each.words == "lamp")
    assert found.evidence == ("together in 6 products", "red lamp / 红色台灯", "black lamp / 黑色台灯")
    assert found.languages == ("en", "zh")


def test_a_catalogue_in_one_language_gives_nothing() -> None:
    assert mined([Product(str(n), "red lamp") for n in range(9)]) == []
    assert mined([]) == []
