"""What kind of thing a product is: by its title, or by the attributes it has."""

from __future__ import annotations

from math import log
from pathlib import Path

import orjson
import pytest

from shelfwise.errors import CorruptIndexError
from shelfwise.types import Attribute, Product, Translation
from shelfwise.understanding.kinds import model as module
from shelfwise.understanding.kinds.heads import Head, head
from shelfwise.understanding.kinds.lexicon import Lexicon
from shelfwise.understanding.kinds.model import FILE, KindCounts, KindModel, Titles, tokens

MONITOR = ("diagonal", "resolution", "contrast", "response", "hdmi")
PRINTER = ("colour", "duplex", "tray", "speed", "hdmi")
OTHERS = [f"thing{letter}" for letter in "abcdefghijklmnopqrstuvwxyz"]
LEXICON = Lexicon(
    "[accessories]\ncase, 壳\n[devices]\nmonitor, 显示器 < screen\nprinter\nscreen\nphone, 手机\n" + "\n".join(OTHERS)
)


def product(id: str, title: str, keys: tuple[str, ...] = (), **translated: str) -> Product:
    translations = {language: Translation(text) for language, text in translated.items()}
    return Product(id, title, attributes={key: Attribute("x") for key in keys}, translations=translations)


@pytest.fixture(scope="module")
def model() -> KindModel:
    counts = KindCounts(LEXICON)
    monitors = [product(f"m{n}", f"Monitor {n}", MONITOR) for n in range(20)]
    printers = [product(f"p{n}", f"Printer {n}", PRINTER) for n in range(20)]
    others = [product(f"{name}{n}", name, tuple(name + key for key in "wxyz")) for name in OTHERS for n in range(20)]
    given = [*monitors, *printers, product("x", "phone", MONITOR), *others]
    assert list(counts.watch(given)) == given
    return counts.model()


def test_a_title_says_what_a_product_is(model: KindModel) -> None:
    found = model(product("a", "Red phone case", PRINTER))
    assert found is not None
    assert (found.kind, found.fits, found.sure) == ("case", ("phone",), 1.0)


def test_a_title_in_the_other_language_counts_where_the_first_is_silent(model: KindModel) -> None:
    found = model(product("a", "HP 24uh", (), zh="惠普 显示器"))
    assert found is not None and found.kind == "monitor"


def test_else_its_attributes_say_it(model: KindModel) -> None:
    found = model(product("a", "HP 24uh", MONITOR))
    assert found is not None
    assert (found.kind, found.fits, found.sure) == ("monitor", (), 0.8)
    other = model(product("a", "HP 24uh", PRINTER))
    assert other is not None and other.kind == "printer"


def test_a_title_is_read_once_in_both_passes_of_an_index(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    monkeypatch.setattr(module, "head", lambda text, lexicon: read.append(text) or head(text, lexicon))
    given = [product("a", "Red phone"), product("b", "Phone case"), product("c", "HP", (), zh="显示器")]
    counts = KindCounts(LEXICON)
    list(counts.watch(given))
    model = counts.model()
    assert [found.kind if (found := model(one)) else None for one in given] == ["phone", "case", "monitor"]
    assert read == ["Red phone", "Phone case", "HP", "显示器"]
    renamed = model(product("a", "Monitor"))  # between the passes
    assert renamed is not None and renamed.kind == "monitor"


def test_titles_of_another_brand_are_other_titles() -> None:
    titles = Titles(LEXICON, kept=True)
    phone, brand = Product("a", "Phone Monitor"), Product("b", "Phone Monitor", brand="Phone Monitor")
    assert [found.kind if (found := titles(one)) else None for one in (phone, brand)] == ["monitor", None]


@pytest.mark.parametrize("keys", [(), MONITOR[:3], ("a", "b", "c", "d", "e"), (*MONITOR[:2], *PRINTER[:2])])
def test_few_unknown_or_quarrelling_attributes_say_nothing(model: KindModel, keys: tuple[str, ...]) -> None:
    assert model(product("a", "HP 24uh", keys)) is None


def test_the_ratios_are_those_of_the_formula() -> None:
    model = KindModel({"a": 6, "b": 3}, {"k": {"a": 6, "b": 1}}, LEXICON)
    share = 7 / 9
    by_hand = [log((6 + 2 * share) / (6 + 2) / share), log((1 + 2 * share) / (3 + 2) / share)]
    assert model._ratios[0].tolist() == pytest.approx(by_hand, rel=1e-5)
    assert model._base.tolist() == pytest.approx([log(6 / 9), log(3 / 9)], rel=1e-5)


def test_kinds_named_once_or_twice_are_not_learned(model: KindModel) -> None:
    assert model.by_attributes(product("a", "x", MONITOR)) == "monitor"  # "phone" has the same keys, once


def test_tokens_for_the_index_name_more_general_kinds_and_what_a_thing_is_for(model: KindModel) -> None:
    assert set(tokens(Head("case", ("monitor",)), LEXICON)) >= {"case", "monitor+case", "screen+case"}
    assert tokens(Head("monitor"), LEXICON) == ("monitor", "screen")
    assert model.tokens(product("a", "unheard of")) == ()
    assert model.tokens(product("a", "Monitor")) == ("monitor", "screen")


def test_a_written_model_says_the_same(model: KindModel, tmp_path: Path) -> None:
    model.write(tmp_path)
    opened = KindModel.open(tmp_path, LEXICON)
    for each in (product("a", "HP 24uh", MONITOR), product("a", "HP", PRINTER), product("a", "HP"), product("a", "壳")):
        assert opened(each) == model(each)


def test_a_model_of_nothing_knows_titles(tmp_path: Path) -> None:
    KindCounts(LEXICON).model().write(tmp_path)
    opened = KindModel.open(tmp_path, LEXICON)
    assert opened(product("a", "HP 24uh", MONITOR)) is None
    found = opened(product("a", "printer"))
    assert found is not None and found.kind == "printer"


@pytest.mark.parametrize(
    "content",
    [
        None,
        b"",
        b"\xff\x00",
        b"[]",
        b"3",
        b"{}",
        orjson.dumps({"named": {"a": 1}}),
        orjson.dumps({"named": [1], "keys": {}}),
        orjson.dumps({"named": {"a": "many"}, "keys": {"k": {"a": 1}}}),
        orjson.dumps({"named": {"a": 1}, "keys": [1]}),
        orjson.dumps({"named": {"a": 1}, "keys": {"k": {"unheard": 1}}}),
        orjson.dumps({"named": {"a": 1}, "keys": {"k": 5}}),
    ],
)
def test_a_file_that_cannot_be_used_is_named(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / FILE).write_bytes(content)
    with pytest.raises(CorruptIndexError, match=r"kinds\.json") as error:
        KindModel.open(tmp_path, LEXICON)
    assert error.value.hint


def test_a_brand_that_is_called_like_a_thing_names_no_kind() -> None:
    branded = Product("1", "Case Logic monitor", brand="Case Logic")
    assert KindModel(lexicon=LEXICON).tokens(branded) == ("monitor", "screen")
    assert KindModel(lexicon=LEXICON).tokens(Product("1", "Case Logic monitor"))[0] == "case"
