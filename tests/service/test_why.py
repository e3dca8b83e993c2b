"""Explanations in words: whatever the search can give as a stage, a part or a source has a name in both languages."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest

import shelfwise
from shelfwise.retrieval.base import Alternative
from shelfwise.retrieval.document import WORD_FIELDS
from shelfwise.retrieval.plan import PlanSettings
from shelfwise.service.storefront.cards import Cards
from shelfwise.service.storefront.messages import read_messages
from shelfwise.service.storefront.why import SILENT, explain, spoken
from shelfwise.types import Contribution, Explanation, Query

PACKAGE = Path(shelfwise.__file__).parent
ROOMS = ("retrieval", "searcher.py", "live.py", "shop.py")
KEYS = set(read_messages().texts)


def calls(name: str) -> Iterator[ast.Call]:
    """Every call of that name in the rooms that answer searches."""
    files = [file for room in ROOMS for file in ([PACKAGE / room] if "." in room else (PACKAGE / room).rglob("*.py"))]
    for file in files:
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == name:
                yield node


def texts(node: ast.Call, place: int) -> set[str]:
    """The text that stands at a place of a call's arguments, if one does."""
    found = node.args[place] if len(node.args) > place else None
    return {found.value} if isinstance(found, ast.Constant) and isinstance(found.value, str) else set()


def test_every_source_that_the_code_can_give_has_a_name() -> None:
    sources = set(get_args(get_type_hints(Alternative)["source"])) - {"query"}
    sources |= {text for call in calls("Branch") for text in texts(call, 1)} - {"query"}
    assert {"synonym", "typo", "hint", "phrase"} <= sources
    assert {f"source.{source}" for source in sources - set(SILENT)} <= KEYS


def test_every_stage_and_part_that_the_code_can_give_has_a_name() -> None:
    stages = {text for call in calls("Contribution") for text in texts(call, 0)}
    parts = {text for call in calls("Contribution") for text in texts(call, 1)}
    parts |= {text for call in calls("Leaf") for text in texts(call, 0)}
    settings = PlanSettings()
    for fields in (settings.words, settings.grams, settings.characters, settings.codes):
        parts |= set(fields)
    parts |= {*WORD_FIELDS, *settings.phrase_fields}
    assert {"lexical", "dense", "fusion"} <= stages
    assert {f"stage.{stage}" for stage in stages} <= KEYS
    assert {f"part.{part}" for part in parts} <= KEYS


QUERIES = (
    "phone", "fone case", "hiking boots", "red shoes", "noise cancelling", "smartphone black", "手机壳", "shouji",
    "电热水壶 黑色", "手几", "登山靴", "USB C", "LM-A1832",
)  # fmt: skip


def test_everything_that_a_real_search_gives_has_a_name(real_shop: Any) -> None:
    whys = [item.why for text in QUERIES for item in real_shop.search(Query(text)).items]
    whys += [item.why for item in real_shop.similar("phone-4").items]
    reasons = [reason for why in whys for reason in explain(why)]
    assert {reason.stage for reason in reasons} >= {"lexical", "dense", "fusion"}
    for reason in reasons:
        assert f"stage.{reason.stage}" in KEYS
        for bar in reason.bars:
            assert f"part.{bar.name}" in KEYS
            assert 0 <= bar.width <= 100
            assert {f"source.{kind}" for kind, _ in bar.details if kind} <= KEYS
    for why in whys:
        assert set(why.reason) in ({"en", "zh"}, set())


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_page_names_no_part_by_its_key(real_client: Any, lang: str) -> None:
    for text in ("fone case", "手机壳", "hiking boots"):
        page = real_client.get("/search", params={"q": text, "lang": lang}).text
        tables = re.findall(r'<table class="bars">(.*?)</table>', page, re.DOTALL)
        assert tables
        names = {
            re.sub(r"<small>.*", "", name).strip()
            for name in re.findall(r'<th scope="row">(.*?)</th>', "".join(tables))
        }
        assert not {name for name in names if re.fullmatch(r"[a-z_]+", name)}, names


def test_tokens_are_told_in_the_words_of_the_query_and_the_title() -> None:
    assert spoken("nois", ["noise", "noisy"]) in {"noise", "noisy"}
    assert spoken("batteri", ["battery"]) == "battery"
    assert spoken("xyz", ["battery"]) == "xyz"
    parts = (
        Contribution("lexical", "title", 2.0, "nois"),
        Contribution("lexical", "title", 1.5, "cancel"),
        Contribution("lexical", "title", 1.0, "phrase: nois cancel"),
        Contribution("lexical", "title", 0.5, "hint: a b c"),
        Contribution("lexical", "coverage", 4.0, "coverage: "),
        Contribution("dense", "cosine", 0.75),
    )
    lexical, dense = explain(Explanation(parts), "noise cancelling")
    assert [bar.name for bar in lexical.bars] == ["title", "coverage"]
    assert lexical.bars[0].details == (("", ("noise", "cancelling")), ("phrase", ("noise cancelling",)))
    assert lexical.bars[1].details == ()
    assert dense.bars[0].width == 75.0


def test_a_card_tells_why_in_its_own_words(real_shop: Any) -> None:
    slate = real_shop.search("hiking boots")
    cards = [Cards("en", (), "hiking boots").item(item) for item in slate.items]
    words = {
        word for card in cards for reason in card.why for bar in reason.bars for _, told in bar.details for word in told
    }
    assert "hiking" in words
    assert "hike" not in words
