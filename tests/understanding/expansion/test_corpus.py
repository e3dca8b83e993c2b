"""What the terms of a catalogue are."""

from __future__ import annotations

from shelfwise.types import Product, Translation
from shelfwise.understanding.expansion.corpus import postings, read_corpus, texts_of
from tests.understanding.expansion.shops import bilingual


def terms(products: list[Product], locale: str) -> dict[str, int]:
    corpus = read_corpus(products, ["碎纸机"])
    return {term.text: term.count for term in (corpus.en if locale == "en" else corpus.zh).terms}


def test_words_are_counted_once_a_product_and_by_stem() -> None:
    products = [Product(str(n), title) for n, title in enumerate(["Lamps lamp", "lamp", "Lamp 40 W", "the mat"])]
    assert terms(products, "en") == {"lamp": 3}


def test_both_languages_stand_in_the_same_row() -> None:
    corpus = read_corpus(bilingual(), ["碎纸机"])
    assert len(corpus.en.rows) == len(corpus.zh.rows) == 48
    assert corpus.en.titles[0] == "red shredder"
    assert corpus.zh.titles[0] == "红色碎纸机"


def test_neighbours_that_belong_together_are_a_term_and_others_are_not() -> None:
    fixed = [Product(f"a{n}", f"{colour} power bank") for n, colour in enumerate(["red", "blue", "grey"] * 3)]
    free = [Product(f"b{n}", f"{colour} mat") for n, colour in enumerate(["red", "blue", "grey"] * 3)]
    found = terms(fixed + free, "en")
    assert found["power bank"] == 9
    assert "red mat" not in found


def test_names_of_categories_are_terms_whole() -> None:
    products = [Product(str(n), "X", category=("Home", "Wall Clock Hands")) for n in range(3)]
    assert terms(products, "en")["wall clock hands"] == 3


def test_a_mixed_title_is_chinese_and_a_translation_the_other_side() -> None:
    product = Product("1", "苹果手机 Apple 壳", translations={"en": Translation("Apple case", category=("Cases",))})
    assert set(texts_of(product)) == {"en", "zh"}
    assert texts_of(product)["en"] == ("Apple case", ("Cases",))


def test_postings_are_the_rows_with_a_term() -> None:
    side = read_corpus(bilingual(), ["碎纸机"]).en
    for term, rows in enumerate(postings(side, range(len(side.terms)))):
        assert rows.tolist() == [row for row, found in enumerate(side.rows) if term in found]
