"""What a query's words are, and what kind of product it asks for."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from shelfwise.language.analyzer import BilingualAnalyzer
from shelfwise.language.base import Token
from shelfwise.retrieval.base import FusionSettings
from shelfwise.retrieval.compounds import Compounds
from shelfwise.retrieval.document import Documents, characters, kind
from shelfwise.retrieval.plan import NAMED
from shelfwise.retrieval.slots import FEW
from shelfwise.retrieval.synonyms import Synonyms, read_rules
from shelfwise.types import Product, Query
from tests.retrieval.standin import Planning

ANALYZER = BilingualAnalyzer(["降噪耳机", "手机壳"])
WORDS = {
    "降噪": 5,
    "耳机": 9,
    "手机": 7,
    "壳": 3,
    "headphon": 4,
    "phone": 9,
    "case": 9,
    "laptop": 9,
    "stand": 4,
    "mobil": 3,
}
KINDS = {"phone", "phone_case", "laptop", "手机壳", "mobil_phone"}


def frequency(group: str, token: str) -> int:
    if group == "codes":
        return {"tn2110": 1, "ps4": FEW + 1}.get(token, 0)
    return int(token in KINDS) if group == "kinds" else WORDS.get(token, 0)


@pytest.fixture(scope="module")
def planner(tmp_path_factory: pytest.TempPathFactory) -> Planning:
    file = tmp_path_factory.mktemp("rules") / "synonyms.txt"
    file.write_text("降噪耳机, headphones\ncellphone, mobile phone\n", "utf-8")
    synonyms = Synonyms(read_rules(file), ANALYZER)
    return Planning(ANALYZER, synonyms, None, Compounds(ANALYZER, frequency))


def words(planner: Planning, text: str) -> tuple[str, ...]:
    return planner.plan(Query(text)).words


def kinds(planner: Planning, text: str) -> list[str]:
    clause = planner.plan(Query(text)).plan.text
    assert clause is not None
    return [hint.tokens[0] for hint in clause.hints if hint.group == "kinds"]


def test_a_word_that_no_product_has_is_cut_into_those_that_they_have(planner: Planning) -> None:
    assert words(planner, "降噪耳机") == ("降噪", "耳机")
    clause = planner.plan(Query("降噪耳机")).plan.text
    assert clause is not None
    for slot in clause.slots:  # and what the whole word is called otherwise stands for both parts
        assert ("headphon",) in [alternative.tokens for alternative in slot.alternatives]


def test_a_word_that_products_have_stays_whole(planner: Planning, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(WORDS, "降噪耳机", 1)
    assert words(planner, "降噪耳机") == ("降噪耳机",)


def test_a_word_stays_whole_where_a_part_is_unknown(planner: Planning, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(WORDS, "降噪")
    assert words(planner, "降噪耳机") == ("降噪耳机",)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("laptop", ["laptop"]),
        ("black laptop 16GB", ["laptop"]),
        ("laptop stand", []),  # a stand is asked for
        ("phone case", ["phone_case"]),  # the longest name
        ("黑色手机壳", ["手机壳"]),
        ("cellphone", ["mobil_phone"]),  # by another name
        ("2110", []),
    ],
)
def test_the_kind_asked_for_stands_last(planner: Planning, text: str, expected: Sequence[str]) -> None:
    assert kinds(planner, text) == expected


def test_a_kind_is_the_name_of_the_innermost_category_in_every_language() -> None:
    product = Product("1", "X", category=("Electronics", "Phone Cases"))
    assert Documents(ANALYZER)(product).text["kinds"] == ("phone_case",)
    assert kind([Token("a", 0, 1), Token("b", 2, 3)]) == "a_b"
    assert Documents(ANALYZER)(Product("2", "X")).text["kinds"] == ()


def test_a_code_of_few_products_makes_words_count(planner: Planning) -> None:
    assert planner.plan(Query("TN-2110")).plan.fusion == FusionSettings("weighted", *NAMED)
    assert planner.plan(Query("ps4")).plan.fusion.dense_weight > NAMED[1]  # the name of a kind, not of a product


def test_characters_of_pairs_come_once_each() -> None:
    assert "".join(characters(ANALYZER.analyze("黑色手机壳 红").grams)) == "黑色手机壳红"
