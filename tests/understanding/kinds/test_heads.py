"""What a title or a query names, in both languages."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shelfwise.errors import ShelfwiseError
from shelfwise.language.normalise import fold
from shelfwise.understanding.base import Reading, Understanding
from shelfwise.understanding.kinds.heads import SIZE, head
from shelfwise.understanding.kinds.lexicon import Lexicon, Mention, default_lexicon, units
from shelfwise.understanding.kinds.step import KindStep

LEXICON = default_lexicon()
SMALL = Lexicon(
    "[accessories]\ncase, cover, 壳\nbag, 包 < trunk\n"  # made for other things
    "[devices]\nphone, mobile phone, 手机\nlaptop, 笔记本\n"
)
PIECES = ["phone", "手机", "壳", "case", "for ", "适用", "with ", "(", ", ", " - ", "15 inch "]


def test_the_head_of_a_query_is_the_thing_asked_for() -> None:
    cases = {
        "phone": ("phone", ()),
        "Mobile Phones": ("phone", ()),
        "phone case": ("case", ("phone",)),
        "black case for mobile phone": ("case", ("phone",)),
        "laptop with bag": ("laptop", ()),
        "bag for laptop and phone": ("bag", ("laptop", "phone")),
        "phone, with case": ("phone", ()),
        "手机壳": ("case", ("phone",)),
        "适用手机壳": ("case", ("phone",)),
        "笔记本送包": ("laptop", ()),
        "老人用的手机": ("phone", ()),
        "6.1 inch phone": ("phone", ()),
    }
    found = {text: head(text, SMALL) for text in cases}
    assert {text: (one.kind, one.fits) if one else None for text, one in found.items()} == cases


@pytest.mark.parametrize("text", ["", "red", "for phone", "贝壳", "面包", "🙂", "compatible with laptop"])
def test_what_names_no_kind_has_no_head(text: str) -> None:
    assert head(text, SMALL) is None


def test_a_head_that_comes_late_is_less_sure() -> None:
    first, later = head("phone case", SMALL), head("for phone, case", SMALL)
    assert first is not None and later is not None
    assert (first.sure, later.sure) == (1.0, 0.7)


@pytest.mark.parametrize("text", ["Black CASES for a phone", "红色手机壳 适用于 iphone", "ＰＨＯＮＥ case"])
def test_the_place_is_that_of_the_name(text: str) -> None:
    found = head(text, SMALL)
    assert found is not None
    assert SMALL.kind(fold(text)[found.start : found.end]) == found.kind or text[found.start : found.end] == "壳"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("wireless mouse", "mouse"),
        ("screen protector for samsung phone", "screen protector"),
        ("phone screen protector", "screen protector"),
        ("usb c charging cable", "cable"),
        ("苹果手机的充电线", "cable"),
        ("适用于华为手机的钢化膜", "screen protector"),
        ("笔记本电脑包", "bag"),
        ("15 inch laptop with bag", "laptop"),
    ],
)
def test_the_lexicon_that_comes_with_it(text: str, kind: str) -> None:
    found = head(text, LEXICON)
    assert found is not None and found.kind == LEXICON.kind(kind)


@settings(deadline=None, max_examples=200)
@given(st.one_of(st.text(max_size=80), st.lists(st.sampled_from(PIECES), max_size=12).map("".join)))
def test_any_text_has_a_head_within_it_or_none(text: str) -> None:
    found = head(text, LEXICON)
    if found is not None:
        assert 0 <= found.start < found.end <= len(fold(text[:SIZE]))
        assert 0 < found.sure <= 1
        assert found.kind not in found.fits
        assert not found.fits or found.kind in LEXICON.accessories
        assert len(set(found.fits)) == len(found.fits)


def test_a_very_long_text_is_read_at_its_beginning() -> None:
    assert head("x " * 5000 + "phone", SMALL) is None
    found = head("phone " + "x " * 5000, SMALL)
    assert found is not None and found.kind == "phone"


def test_the_step_reads_what_is_searched() -> None:
    u = Understanding("i need a fone case", text="i need a fone case", reading=Reading("fone case", "phone case"))
    found = KindStep(SMALL)(u).head
    assert found is not None
    assert (found.kind, found.fits, "phone case"[found.start : found.end]) == ("case", ("phone",), "case")
    assert KindStep(SMALL)(Understanding("")).head is None


# --- the lexicon -----------------------------------------------------------------------------------------------


def test_the_longest_name_counts_and_names_do_not_overlap() -> None:
    of = units(fold("mobile phones case"))
    assert list(SMALL.mentions(of)) == [Mention("phone", 0, 2), Mention("case", 2, 3)]


def test_names_kinds_and_their_parents() -> None:
    assert (SMALL.kind("Mobile Phones"), SMALL.kind("壳"), SMALL.kind("mobile")) == ("phone", "case", None)
    assert SMALL.all("bag") == ("bag", "trunk")
    assert SMALL.all("unheard") == ("unheard",)
    assert SMALL.accessories == {"case", "bag"}


def test_parents_that_go_round_come_to_an_end() -> None:
    assert Lexicon("a < b\nb < a").all("a") == ("a", "b")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[devices]\n, ,", r"kinds\.txt:2: found ', ,', expected names"),
        ("phone\ncase, phones", r"kinds\.txt:2: 'phone' is a name of 'phone' already"),
    ],
)
def test_errors_of_a_lexicon_name_the_line(text: str, said: str) -> None:
    with pytest.raises(ShelfwiseError, match=said):
        Lexicon(text)


def test_every_parent_in_the_lexicon_is_a_kind() -> None:
    kinds = set(LEXICON._kinds.values())
    assert set(LEXICON.parents) | LEXICON.accessories <= kinds
    assert set(LEXICON.parents.values()) - kinds == set()


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Origin Storage Laptop Internal US INTL KBD for D410", "keyboard"),
        ("laptop keyboard", "keyboard"),
        ("北岚 商务笔记本电脑 四核3.2GHz 8GB+512GB 背光键盘", "laptop"),
        ("星曜 笔记本电脑 静音散热 背光键盘 八核", "laptop"),
        ("烈风3 Max 可扩展内存游戏本 6GB显存", "laptop"),
        ("雷域 X 游戏本 强劲散热 RGB键盘", "laptop"),
        ("机械键盘 RGB", "keyboard"),
        ("RGB键盘 有线", "keyboard"),
        ("页乐 手账本 A5 横线 带绑带", "notepad"),
        ("Zhishu Pink Writing Book – Thick Paper, A5", "notepad"),
        ("背光键盘", "keyboard"),
        ("有线 背光键盘", "keyboard"),
        ("页乐 皮面笔记本 A5 空白 96页", "notepad"),
        ("Pagelle Notebook A5, Ruled, 160 Pages", "notepad"),
        ("ruled notebooks", "notepad"),
        ("HP Notebook 15 AMD A6", "laptop"),
        ("笔记本", "laptop"),
        ("notebook", "laptop"),
    ],
)
def test_names_that_mean_two_things_are_told_by_what_stands_beside_them(text: str, kind: str) -> None:
    found = head(text, LEXICON)
    assert found is not None and found.kind == kind


SENSES = "[devices]\nlaptop, notebook\nnotepad\n[senses]\n"


def test_a_sense_needs_its_whole_words() -> None:
    lexicon = Lexicon(SENSES + "notebook = notepad: spiral bound, 页")
    found = {
        text: head(text, lexicon) for text in ("notebook spiral", "Spiral Bound notebook", "notebook 96页", "laptop 页")
    }
    assert [one.kind if one else None for one in found.values()] == ["laptop", "notepad", "notepad", "laptop"]


@pytest.mark.parametrize(
    "line", ["notebook", "notebook = notepad", "notebook: 页", "book = notepad: 页", "notebook = pad: 页"]
)
def test_a_sense_that_cannot_be_read_is_named(line: str) -> None:
    with pytest.raises(ShelfwiseError, match=r"kinds\.txt:5: found .*expected 'names = a kind: words'"):
        Lexicon(SENSES + line)


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("Laptop Internal US INTL KBD for D410", ("laptop",)),
        ("keyboard for laptop", ("laptop",)),
        ("mechanical keyboard", ()),
        ("printer scanner", ()),
        ("wireless keyboard and mouse", ()),
        ("calculator and mouse set", ()),
        ("keyboard case", ("keyboard",)),
    ],
)
def test_a_part_fits_the_device_beside_it(text: str, fits: tuple[str, ...]) -> None:
    found = head(text, LEXICON)
    assert found is not None and found.fits == fits


@pytest.mark.parametrize("line", ["keyboard", "keyboard = wheel", "wheel = laptop", "keyboard, wheel = laptop"])
def test_parts_that_cannot_be_read_are_named(line: str) -> None:
    with pytest.raises(ShelfwiseError, match=r"kinds\.txt:5: found .*expected 'names = devices'"):
        Lexicon(f"[devices]\nkeyboard\nlaptop\n[parts]\n{line}")
