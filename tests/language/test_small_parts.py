"""Detection, pinyin, look-alikes, spans, tables and the terms of a catalogue."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shelfwise.errors import ShelfwiseError
from shelfwise.language import tables
from shelfwise.language.analyzer import BilingualAnalyzer
from shelfwise.language.base import Token
from shelfwise.language.detect import detect
from shelfwise.language.pinyin import sound, spell, syllables
from shelfwise.language.shapes import confusable
from shelfwise.language.spans import groups, outer
from shelfwise.language.terms import catalogue_terms
from shelfwise.types import Attribute, Product, Translation


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("wireless mouse", "en"),
        ("无线鼠标", "zh"),
        ("無線滑鼠", "zh"),
        ("TN-2110 硒鼓", "zh"),
        ("iPhone 14 手机壳", "mixed"),
        ("Apple iPhone 14 Pro Max case 壳", "en"),
        ("", "en"),
        ("12345 😀", "en"),
        ("\ud800", "en"),
    ],
)
def test_detect(text: str, language: str) -> None:
    assert detect(text) == language


@pytest.mark.parametrize(
    ("term", "full", "initials"),
    [
        ("无线鼠标", "wuxianshubiao", "wxsb"),
        ("重庆火锅", "chongqinghuoguo", "cqhg"),
        ("银行卡", "yinhangka", "yhk"),
        ("音乐盒", "yinyuehe", "yyh"),
        ("行李箱", "xinglixiang", "xlx"),
        ("女装", "nvzhuang", "nz"),
        ("長褲", "changku", "ck"),
        ("Type-C数据线", "typecshujuxian", "typecsjx"),
        ("USB", "usb", "usb"),
        ("", "", ""),
        ("😀", "", ""),
    ],
)
def test_spelling(term: str, full: str, initials: str) -> None:
    spelled = spell(term)
    assert (spelled.full, spelled.initials) == (full, initials)


@given(st.text(max_size=30))
def test_spelling_never_raises(term: str) -> None:
    assert len(spell(term).initials) <= max(len(spell(term).full), 0)
    syllables(term)
    sound(term)


@pytest.mark.parametrize(
    ("one", "other"), [("鼠标", "薯标"), ("蓝牙", "兰牙"), ("耳机", "儿机"), ("牛奶", "流奶"), ("净化器", "进化器")]
)
def test_words_that_sound_alike(one: str, other: str) -> None:
    assert sound(one) == sound(other) != ""


def test_words_that_do_not_sound_alike() -> None:
    assert sound("鼠标") != sound("键盘")


@pytest.mark.parametrize(
    ("char", "other"), [("己", "已"), ("未", "末"), ("戍", "戌"), ("目", "日"), ("侯", "候"), ("拆", "折"), ("籃", "")]
)
def test_look_alikes(char: str, other: str) -> None:
    assert other in confusable(char)
    assert char not in confusable(char)


def test_look_alikes_are_mutual_and_many() -> None:
    pairs = {(a, b) for a in map(chr, range(0x4E00, 0xA000)) for b in confusable(a)}
    assert len(pairs) > 1000
    assert all((b, a) in pairs for a, b in pairs)


def test_groups_of_nested_tokens() -> None:
    words = BilingualAnalyzer().analyze("笔记本电脑 iphone14").words
    assert [token.text for token in outer(words)] == ["笔记本电脑", "iphone14"]
    assert [[token.text for token in group] for group in groups(words)] == [
        ["笔记本电脑", "笔记本", "笔记", "电脑"],
        ["iphone14", "iphon", "14"],
    ]
    assert outer(()) == ()
    assert outer([Token("a", 0, 1)]) == (Token("a", 0, 1),)


def test_a_broken_table_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: tables.Path) -> None:
    monkeypatch.setattr(tables, "FOLDER", tmp_path)
    (tmp_path / "broken.tsv").write_text("# comment\na\tb\nc\n", "utf-8")
    with pytest.raises(ShelfwiseError, match=r"broken\.tsv.*'c'.*2 columns"):
        tables.read_rows("broken.tsv", 2)


def product(number: int, **fields: object) -> Product:
    return Product(id=str(number), title="", **fields)  # type: ignore[arg-type]


def test_catalogue_terms() -> None:
    products = [
        product(1, brand="晨曦", category=("数码配件", "手机/平板壳"), tags=("热销",)),
        product(2, brand="Lumo", attributes={"color": Attribute("星空蓝"), "size": Attribute(3.0)}),
        *(product(n, attributes={"color": Attribute(("曜石黑", "black"))}, tags=("的",)) for n in range(3, 6)),
        product(7, translations={"zh": Translation("标题", category=("無線耳機",), attributes={"brand": "Type-C"})}),
        product(8, category=("Type-C数据线",)),
    ]
    terms = catalogue_terms(products)
    assert terms == sorted(["晨曦", "数码配件", "手机", "平板壳", "曜石黑", "无线耳机", "type-c数据线"])
    words = BilingualAnalyzer(terms).analyze("曜石黑无线耳机").words
    assert [token.text for token in outer(words)] == ["曜石黑", "无线耳机"]


def test_no_products_no_terms() -> None:
    assert catalogue_terms([]) == []
