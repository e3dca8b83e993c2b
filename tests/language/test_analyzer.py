"""Golden cases in both languages, and laws that hold for any text."""

from __future__ import annotations

import gzip
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opencc import OpenCC

from shelfwise.language.analyzer import MAX_LENGTH, BilingualAnalyzer
from shelfwise.language.base import Analysis, Analyzer
from shelfwise.language.normalise import fold

ANALYZER = BilingualAnalyzer()

# text | words | codes
GOLDEN = [
    ("TN-2110", "tn 2110", "tn2110"),
    ("tn 2110", "tn 2110", "tn2110"),
    ("TN.2110", "tn 2110", "tn2110"),
    ("tn2110", "tn2110 2110", "tn2110"),
    ("tn_2110", "tn 2110", "tn2110"),
    ("i7-1185G7", "i7 1185g7", "i71185g7 i7 1185g7"),
    ("i7 1185g7", "i7 1185g7", "i71185g7 i7 1185g7"),
    ("006R90321", "006r90321", "006r90321"),
    ("dv7-1211ea", "dv7 1211ea 1211", "dv71211ea dv7 1211ea"),
    ("HX424S15IB/32", "hx424s15ib 32", "hx424s15ib32 hx424s15ib"),
    ("Cat.6 cable", "cat 6 cabl", "cat6"),
    ("Cat6 cable", "cat6 cabl", "cat6"),
    ("cat 6 cable", "cat 6 cabl", "cat6"),
    ("0095205603217", "0095205603217", "95205603217"),
    ("978-7-122-25716-1", "978 7 122 25716 1", "9787122257161 25716"),
    ("ean 4006381333931", "ean 4006381333931", "4006381333931"),
    ("iPhone 14 Pro", "iphon 14 pro", "iphone14"),
    ("iphone14", "iphone14 iphon 14", "iphone14"),
    ("iPhone14手机壳", "iphone14 iphon 14 手机壳 手机", "iphone14"),
    ("ps4 games", "ps4 game", "ps4"),
    ("PS 4", "ps 4", "ps4"),
    ("pack of 2", "pack of 2", ""),
    ("128 GB", "128gb 128", "128gb"),
    ("128gb", "128gb 128", "128gb"),
    ("128G", "128gb 128", "128gb"),
    ("128-GB", "128gb 128", "128gb"),
    ("100g", "100g 100", "100g"),
    ("1 TB SSD", "1tb 1 ssd", "1tb"),
    ("2T硬盘", "2tb 2 硬盘", "2tb"),
    ('15.6" laptop', "15.6inch 15.6 laptop", "15.6inch"),
    ("15.6 inch laptop", "15.6inch 15.6 laptop", "15.6inch"),
    ("15.6-inch laptop", "15.6inch 15.6 laptop", "15.6inch"),
    ("15.6英寸笔记本", "15.6inch 15.6 笔记本 笔记", "15.6inch"),
    ("15.6寸", "15.6inch 15.6", "15.6inch"),
    ("2.4 GHz", "2.4ghz 2.4", "2.4ghz"),
    ("500ml", "500ml 500", "500ml"),
    ("500毫升", "500ml 500", "500ml"),
    ("43.2 cm", "43.2cm 43.2", "43.2cm"),
    ("1080p", "1080p 1080", "1080p"),
    ("2千克", "2kg 2", "2kg"),
    ("2公斤", "2kg 2", "2kg"),
    ("2.0 kg", "2kg 2", "2kg"),
    ("1.5m1.8m2.0米", "1.5m 1.5 1.8m 1.8 2m 2", "1.5m 1.8m 2m"),
    ("12v5a", "12v 12 5a 5", "12v 5a"),
    ("205g/m²", "205gsm 205", "205gsm"),
    ("1920 x 1080", "1920x1080 1920 1080", "1920x1080"),
    ("1920×1080", "1920x1080 1920 1080", "1920x1080"),
    ("10x15cm", "10x15 10 15", "10x15cm 10x15"),
    ("5-Pack", "5pack 5", "5pack"),
    ("1200万像素", "1200mp 1200", "1200mp"),
    ("3米白色", "3 米 白色", ""),
    ("USB 3.0", "usb 3", "usb3"),
    ("usb3.0", "usb3 usb 3", "usb3"),
    ("pm2.5口罩", "pm2.5 pm 2.5 口罩", "pm25"),
    ("wireless-mouse", "wireless mous", ""),
    ("head-set", "headset head set", ""),
    ("Wi-Fi", "wifi wi fi", ""),
    ("T-shirts", "tshirt t shirt", ""),
    ("H&M", "hm h m", ""),
    ("men's shoes", "man shoe", ""),
    ("women’s boots", "woman boot", ""),
    ("Colour / COLOR", "color color", ""),
    ("gaming mice", "gaming mous", ""),
    ("Intel® Core™ i5", "intel core i5", "i5"),
    ("Café", "cafe", ""),
    ("笔记本电脑", "笔记本电脑 笔记本 笔记 电脑", ""),
    ("無線滑鼠墊", "无线 滑鼠 垫", ""),
    ("蓝牙耳机", "蓝牙耳机 蓝牙 耳机", ""),
    ("Type-C数据线", "typec type c 数据线 数据", ""),
    ("U盘128G", "u盘 u 盘 128gb 128", "128gb"),
    ("Ｕ盤１２８Ｇ", "u盘 u 盘 128gb 128", "128gb"),
    ("T恤女", "t恤 t 恤 女", ""),
    ("卫衣", "卫衣", ""),
    ("我想买一台空调", "我 想 买 一台 空调", ""),
    ("小米，华为", "小米 华为", ""),
    ("Привет мир", "привет мир", ""),
    ("", "", ""),
    (" \t\n", "", ""),
    ("😀👍🏽", "", ""),
]


def texts(analysis: Analysis, field: str) -> list[str]:
    return [token.text for token in getattr(analysis, field)]


def codes(text: str) -> set[str]:
    return {token.text for token in ANALYZER.analyze(text).codes}


@pytest.mark.parametrize(("text", "words", "codes"), GOLDEN, ids=[case[0] or "empty" for case in GOLDEN])
def test_golden(text: str, words: str, codes: str) -> None:
    analysis = ANALYZER.analyze(text)
    assert texts(analysis, "words") == words.split()
    assert texts(analysis, "codes") == codes.split()


@pytest.mark.parametrize(
    ("text", "grams"),
    [
        ("蓝牙耳机", "蓝牙 牙耳 耳机"),
        ("壳", "壳"),
        ("手机 壳", "手机 壳"),
        ("iPhone手机壳", "手机 机壳"),
        ("mouse", ""),
    ],
)
def test_grams_are_neighbouring_characters_of_each_run(text: str, grams: str) -> None:
    assert texts(ANALYZER.analyze(text), "grams") == grams.split()


def test_it_satisfies_the_contract() -> None:
    analyzer: Analyzer = ANALYZER
    assert analyzer.analyze("mouse").words


def test_offsets_point_into_the_original() -> None:
    text = "  Ｃａｆé\u200b—ﬁne 滑鼠 TN－２１１０ 128 ＧＢ"
    analysis = ANALYZER.analyze(text)
    places = {token.text: text[token.start : token.end] for token in analysis.words + analysis.codes}
    assert places["cafe"] == "Ｃａｆé\u200b"
    assert places["fine"] == "ﬁne"
    assert places["tn2110"] == "TN－２１１０"
    assert places["128gb"] == "128 ＧＢ"


def test_shop_terms_are_cut_whole_and_found_by_their_parts() -> None:
    assert texts(ANALYZER.analyze("芊茗草手环"), "words") == ["芊", "茗", "草", "手环"]
    analyzer = BilingualAnalyzer(["芊茗草", "布鲁克无线鼠标", "Magsafe充电器"])
    assert texts(analyzer.analyze("芊茗草手环"), "words") == ["芊茗草", "手环"]
    assert texts(analyzer.analyze("布鲁克无线鼠标"), "words") == ["布鲁克无线鼠标", "布鲁克", "无线", "鼠标"]
    assert texts(analyzer.analyze("magsafe充电器"), "words")[0] == "magsafe充电器"


def test_shops_do_not_share_terms() -> None:
    BilingualAnalyzer(["芊茗草"])
    assert texts(BilingualAnalyzer().analyze("芊茗草"), "words") == ["芊", "茗", "草"]


def test_fingerprint_follows_the_terms_and_not_their_order() -> None:
    first, second = BilingualAnalyzer(["无线", "鼠标"]), BilingualAnalyzer(["鼠标", "无线"])
    assert first.fingerprint == second.fingerprint != ANALYZER.fingerprint
    assert ANALYZER.fingerprint == BilingualAnalyzer([]).fingerprint


@pytest.mark.parametrize("term", ["", " ", "\ud800", "😀", "a" * 100_000, "龘" * 50_000, "x(y"])
def test_any_term_is_accepted(term: str) -> None:
    assert BilingualAnalyzer([term]).analyze("手机").words


@pytest.mark.parametrize(
    "piece",
    [
        "a",
        "1",
        "1m",
        "1.",
        "-",
        "a-",
        "a1",
        "一",
        "乾",
        "手机",
        "1x",
        "'",
        "\u0301",
        "\u200b",
        "\ud800",
        "\u202e",
        "ﷺ",
        " ",
        "Ⅷ",
        "1 m",
    ],
)
def test_huge_hostile_text_is_cut(piece: str) -> None:
    analysis = ANALYZER.analyze(piece * (10_000_000 // len(piece)))  # quadratic work would take minutes
    for token in analysis.words + analysis.codes + analysis.grams:
        assert 0 <= token.start < token.end <= MAX_LENGTH


PIECES = (
    """TN-2110|128|GB| |15.6|"|英寸|笔记本电脑|u|盘|T恤|無線|乾坤|x|1080|1m|/|-|.|'s|é|ﬁ|Ｗｉ－Ｆｉ|😀|한국|が|ß|İ|½"""
)
MARKS = ["ﷺ", "\u0301", "\u200b", "\ud800"]
TEXTS = st.one_of(st.text(max_size=60), st.lists(st.sampled_from(PIECES.split("|") + MARKS), max_size=14).map("".join))


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_offsets_are_valid_and_in_order(text: str) -> None:
    analysis = ANALYZER.analyze(text)
    for tokens in (analysis.words, analysis.codes, analysis.grams):
        starts = [token.start for token in tokens]
        assert starts == sorted(starts)
        for token in tokens:
            assert token.text
            assert 0 <= token.start < token.end <= len(text)


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_folded_text_gives_the_same_tokens(text: str) -> None:
    for field in ("words", "codes", "grams"):
        assert texts(ANALYZER.analyze(text), field) == texts(ANALYZER.analyze(fold(text)), field)


@settings(max_examples=200, deadline=None)
@given(st.text(st.sampled_from("abcdXYZ 0123456789-./'\"&gGbB手机壳电脑"), max_size=40))
def test_width_and_case_do_not_matter(text: str) -> None:
    wide = "".join(chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char for char in text).replace(" ", "\u3000")
    for other in (wide, text.upper(), text.lower()):
        for field in ("words", "codes", "grams"):
            assert texts(ANALYZER.analyze(text), field) == texts(ANALYZER.analyze(other), field)


SIMPLIFIER = OpenCC("t2s")
TRADITIONAL = [
    "無線",
    "藍牙",
    "耳機",
    "筆記型電腦",
    "手機殼",
    "乾燥",
    "乾隆",
    "項鍊",
    "128",
    "GB",
    " ",
    "長褲",
    "體重",
    "麵包機",
]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(TRADITIONAL), max_size=8).map("".join))
def test_traditional_and_simplified_are_alike(text: str) -> None:
    simplified = ANALYZER.analyze(SIMPLIFIER.convert(text))
    assert ANALYZER.analyze(text) == simplified


def test_it_is_the_same_from_several_threads() -> None:
    titles = [f"{text} {number}" for number in range(20) for text, _, _ in GOLDEN]
    expected = [ANALYZER.analyze(title) for title in titles]
    shared = BilingualAnalyzer()
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(shared.analyze, titles)) == expected


@pytest.mark.data("icecat")
def test_real_titles_do_not_flood_the_codes(data: Path) -> None:
    with gzip.open(data / "products.jsonl.gz", "rt", encoding="utf-8") as lines:
        titles = [json.loads(line).get("title") or "" for line in lines]
    analyses = [ANALYZER.analyze(title) for title in titles]
    words = sum(len(analysis.words) for analysis in analyses)
    assert sum(len(analysis.codes) for analysis in analyses) < 0.4 * words


@pytest.mark.data("icecat")
def test_a_model_number_is_found_however_it_is_written(data: Path) -> None:
    with gzip.open(data / "products.jsonl.gz", "rt", encoding="utf-8") as lines:
        names = [json.loads(line).get("name") or "" for line in lines]
    numbers = [name for name in names if "-" in name and any(c.isdigit() for c in name) and name.isascii()]
    numbers = [name for name in numbers if name.replace("-", "").isalnum() and any(c.isalpha() for c in name)]
    found = [bool(codes(name) & codes(name.replace("-", ""))) for name in numbers]
    assert len(found) > 1000
    assert sum(found) / len(found) > 0.98
