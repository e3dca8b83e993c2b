from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shelfwise.errors import CorruptIndexError
from shelfwise.evaluation.typos import add_typo
from shelfwise.types import Query
from shelfwise.understanding.base import Understanding
from shelfwise.understanding.spelling.fixes import Fix, Reading, apply_fixes
from shelfwise.understanding.spelling.speller import Speller
from shelfwise.understanding.spelling.vocabulary import FILE, Vocabulary, VocabularyBuilder
from tests.retrieval.standin import Planning, read_as
from tests.understanding.spelling.small_shop import ANALYZER, TITLES, Shop


@pytest.fixture(scope="module")
def shop() -> Shop:
    return Shop(TITLES)


@pytest.fixture(scope="module")
def planner(shop: Shop, tmp_path_factory: pytest.TempPathFactory) -> Planning:
    folder = tmp_path_factory.mktemp("spelling")
    shop.builder.write(folder)
    return Planning(ANALYZER, speller=Speller.open(folder, shop.frequency))


def read(planner: Planning, text: str) -> Understanding:
    return planner.understander.words(Query(text))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("keybord", "keyboard"),
        ("wireles mouse", "wireless mouse"),
        ("gmaing mouse", "gaming mouse"),
        ("iphnoe", "iphone"),
        ("iphoen 7", "iphone 7"),
        ("usb stck", "usb stick"),  # by its neighbour, not "stock"
        ("labtop", "laptop"),
        ("Keybord", "keyboard"),
        ("蓝芽耳机", "蓝牙耳机"),
        ("洗衣鸡", "洗衣机"),
        ("手几", "手机"),
        ("笔记本电恼", "笔记本电脑"),
        ("兵兵球拍", "乒乓球拍"),
        ("空气静化器", "空气净化器"),
        ("连衣群", "连衣裙"),
        ("iphnoe手机壳", "iphone手机壳"),
        ("shouji", "手机"),
        ("shou ji", "手机"),
        ("xiyiji", "洗衣机"),
        ("lanyaerji", "蓝牙耳机"),
        ("lanya erji", "蓝牙耳机"),
        ("zhinensouji", "智能手机"),  # as it is heard
        ("xi yi ji quan zi dong", "洗衣机全自动"),
        ("智能shouji", "智能手机"),
        ("he hua", "荷花"),  # "he" is a stop word
        ("shouji壳", "手机壳"),
        ("komputer", "computer"),
        ("fone charjer", "phone charger"),
        ("i phone case", "iphone case"),
        ("gamingmouse", "gaming mouse"),
        ("wirelessgamingmouse", "wireless gaming mouse"),
        ("іphone", "iphone"),  # Ukrainian і
        ("iphоne сase", "iphone case"),
        ("k3yboard", "keyboard"),
        ("1aptop", "laptop"),
        ("i'phon'e", "iphone"),
        ("tn。2110", "tn.2110"),
        ("TN——2110", "TN-2110"),
        ("tn-21l0", "tn-2110"),
        ("tn-211o", "tn-2110"),
        ("蓝牙牙耳机", "蓝牙耳机"),
        ("笔记本本电脑", "笔记本电脑"),
    ],
)
def test_what_was_meant_is_searched(planner: Planning, typed: str, meant: str) -> None:
    u = read(planner, typed)
    assert u.reading.text == meant
    assert u.corrections


@pytest.mark.parametrize(
    "text",
    [
        "keyboard",
        "keyboards",
        "tn2110",
        "TN-2111",
        "64 GB",
        "15.6",
        "usb",
        "wireless gaming mouse",
        "控制",
        "手机",
        "智能手机壳",
        "蓝牙洗衣机",
        "我想买一款手机",
        "全自动洗衣机",
        "x9z-77q",
        "for a friend",  # general English is no misspelling of ford or fiend
        "house",
        "women",  # 我们 in pinyin
        "phone case",
        "men's",
        "case-case",
        "s20",
        "ｉｐｈｏｎｅ",
        "手机。壳",
        "нос",
        "宝宝",
        "a",
        "",
    ],
)
def test_what_is_right_stays(planner: Planning, text: str) -> None:
    u = read(planner, text)
    assert (u.text, u.corrections, u.did_you_mean) == (text, (), None)


def test_a_rare_word_of_the_catalogue_is_searched_and_its_neighbour_offered(planner: Planning) -> None:
    u = read(planner, "controler")
    assert (u.text, u.did_you_mean) == ("controler", "controller")


def test_the_original_stays_an_alternative(planner: Planning) -> None:
    clause = planner.plan(Query("洗衣鸡")).plan.text
    assert clause is not None
    sources = {alternative.source: alternative.tokens for alternative in clause.slots[0].alternatives}
    assert sources["phonetic"] == ("洗衣机",)
    assert ("洗衣", "鸡") in {alternative.tokens for alternative in clause.slots[0].alternatives}


def test_correction_can_be_switched_off(planner: Planning) -> None:
    planned = planner.plan(Query("keybord", correct=False))
    assert read_as(planned) == ("keybord", (), None)


def test_live_products_are_known_at_once(shop: Shop) -> None:
    vocabulary = shop.builder.vocabulary()
    planner = Planning(ANALYZER, speller=Speller(vocabulary, lambda group, token: 1))
    assert read(planner, "keybord").corrections == ()


def test_most_random_typos_are_mended(planner: Planning) -> None:
    queries = ["wireless keyboard", "gaming mouse", "laptop computer", "phone charger", "iphone case", "controller"]
    slips = [(query, add_typo(query, seed=seed)) for query in queries for seed in range(30)]
    typed = [(query, slip.text) for query, slip in slips if slip]
    mended = sum(read(planner, slipped).text == query for query, slipped in typed)
    assert mended / len(typed) > 0.85


def test_the_vocabulary_survives_the_disk(shop: Shop, tmp_path: Path) -> None:
    shop.builder.write(tmp_path)
    stored, counted = Vocabulary.read(tmp_path), shop.builder.vocabulary()
    assert [stored.latin, stored.pairs, stored.han] == [counted.latin, counted.pairs, counted.han]
    assert stored.pairs["usb stick"] == 20


@pytest.mark.parametrize("content", [b"word\n", b"word\tx\n", b"\t3\n", b"a\t1\tb\n", b"\xff\t1\n"])
def test_a_damaged_vocabulary_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / FILE).write_bytes(b"fine\t2\n" + content)
    with pytest.raises(CorruptIndexError, match=FILE):
        Vocabulary.read(tmp_path)


def test_a_missing_vocabulary_is_named(tmp_path: Path) -> None:
    with pytest.raises(CorruptIndexError, match="cannot be read"):
        Vocabulary.read(tmp_path)


def test_an_empty_catalogue_corrects_nothing(tmp_path: Path) -> None:
    VocabularyBuilder().write(tmp_path)
    planner = Planning(ANALYZER, speller=Speller.open(tmp_path, lambda group, token: 0))
    assert read(planner, "keybord 洗衣鸡 shouji").corrections == ()


LETTERS = st.text(st.sampled_from("keyboardshouji 手几洗衣鸡机壳兵-2\"'<&🙂"), max_size=80)


@settings(max_examples=150, deadline=None)
@given(st.one_of(LETTERS, st.text(max_size=80)))
def test_fixes_lie_within_the_text_in_order(shop: Shop, text: str) -> None:
    speller = Speller(VOCABULARY, shop.frequency)
    fixes = speller.fixes(text, ANALYZER.analyze(text))
    assert all(0 <= fix.start < fix.end <= len(text) and 0 < fix.best.confidence <= 1 for fix in fixes)
    assert all(left.end <= right.start for left, right in pairwise(fixes))


VOCABULARY = Shop(TITLES).builder.vocabulary()


@pytest.mark.parametrize("text", ["手几" * 5000, "shou ji " * 2000, "keybord " * 2000, "a" * 10_000, "洗衣鸡" * 1000])
def test_long_texts_are_read_in_part(planner: Planning, text: str) -> None:
    assert len(read(planner, text).text) <= 1200


def test_apply_fixes_says_where_each_reading_stands() -> None:
    fixes = [Fix(0, 2, (Reading("手机", 0.9, "phonetic"),)), Fix(3, 6, (Reading("shoes", 0.8, "typo"),))]
    text, applied = apply_fixes("手几 sho!", fixes)
    assert text == "手机 shoes!"
    assert [(text[a.start : a.end], a.original) for a in applied] == [("手机", "手几"), ("shoes", "sho")]


@pytest.mark.parametrize("typed", ["key board", "wireless key board"])
def test_two_words_that_may_be_one_are_offered_as_one(planner: Planning, typed: str) -> None:
    u = read(planner, typed)
    assert u.reading.text == typed
    assert u.did_you_mean == typed.replace("key board", "keyboard")
