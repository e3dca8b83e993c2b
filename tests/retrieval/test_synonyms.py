from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shelfwise.errors import SettingsError
from shelfwise.language.analyzer import BilingualAnalyzer
from shelfwise.language.spans import outer
from shelfwise.retrieval.compounds import Compounds
from shelfwise.retrieval.synonyms import MAX_WORDS, Rule, Synonyms, default_rules, parse_rules, read_rules
from shelfwise.types import Query
from tests.retrieval.standin import Planning

ANALYZER = BilingualAnalyzer()
RULES = """
# devices
tv, television, 电视     # everybody
netbook => laptop @ 0.5
notebook computer, laptop, 笔记本电脑
cell phone, mobile phone, 手机 @ 0.8
case => cover, sleeve
"""


def words(text: str) -> list[str]:
    return [token.text for token in outer(ANALYZER.analyze(text).words)]


def expanded(text: str, rules: str = RULES) -> set[tuple[str, str]]:
    """(what was asked, what else is meant)."""
    tokens = words(text)
    found = Synonyms(parse_rules(rules, "s.txt"), ANALYZER).expand(tokens)
    return {(" ".join(tokens[first:last]), " ".join(other)) for first, last, other, _ in found}


def test_two_way_rules_lead_from_each_to_each() -> None:
    assert expanded("tv") == {("tv", "televis"), ("tv", "电视")}
    assert expanded("电视") == {("电视", "tv"), ("电视", "televis")}


def test_one_way_rules_do_not_lead_back() -> None:
    assert ("netbook", "laptop") in expanded("netbook")
    assert all("netbook" not in other for _, other in expanded("laptop"))


def test_several_words_on_both_sides() -> None:
    assert ("notebook comput", "laptop") in expanded("cheap notebook computer")
    assert ("laptop", "notebook comput") in expanded("laptop")


def test_two_synonyms_in_one_query() -> None:
    found = expanded("tv mobile phone")
    assert {("tv", "televis"), ("mobil phone", "cell phone"), ("mobil phone", "手机")} <= found


def test_inflected_and_upper_case_words_follow_the_rule() -> None:
    assert expanded("Televisions") == expanded("television")
    assert expanded("TV") == expanded("tv") != set()


def test_chinese_applies_however_it_is_cut() -> None:
    synonyms = Synonyms([Rule(("笔记本电脑",), ("laptop",))], ANALYZER)
    assert synonyms.expand(["笔记本电脑"]) == [(0, 1, ("laptop",), 1.0)]
    assert synonyms.expand(["笔记本", "电脑"]) == [(0, 2, ("laptop",), 1.0)]
    assert synonyms.expand(["笔记本", "x", "电脑"]) == []


def test_weights() -> None:
    synonyms = Synonyms(parse_rules(RULES, "s.txt"), ANALYZER)
    assert {weight for *_, weight in synonyms.expand(words("netbook"))} == {0.5}
    assert {weight for *_, weight in synonyms.expand(words("手机"))} == {0.8}


def test_the_greater_weight_of_two_rules_counts() -> None:
    assert Synonyms(parse_rules("a1 => b1 @ 0.2\na1, b1 @ 0.9", "s"), ANALYZER).expand(words("a1"))[0][3] == 0.9


def test_a_longer_name_of_the_same_words_adds_nothing() -> None:
    assert ("phone", "mobil phone") not in expanded("phone", "phone, mobile phone")
    assert ("mobil phone", "phone") in expanded("mobile phone", "phone, mobile phone")


def test_synonyms_become_alternatives_of_each_word_they_cover() -> None:
    planner = Planning(ANALYZER, Synonyms(parse_rules(RULES, "s.txt"), ANALYZER))
    clause = planner.plan(Query("tv mobile phone")).plan.text
    assert clause is not None
    tv, mobile, phone = ({a.tokens for a in slot.alternatives} for slot in clause.slots)
    assert {("tv",), ("televis",), ("电视",)} <= tv
    assert ("cell", "phone") in mobile & phone


def test_synonyms_that_no_product_has_are_not_searched() -> None:
    def frequency(group: str, token: str) -> int:
        return int(token in {"tv", "电视"})

    planner = Planning(ANALYZER, Synonyms(parse_rules(RULES, "s"), ANALYZER), compounds=Compounds(ANALYZER, frequency))
    clause = planner.plan(Query("tv")).plan.text
    assert clause is not None
    assert {a.tokens for a in clause.slots[0].alternatives} == {("tv",), ("电视",)}


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("tv", "only one term, 'tv'"),
        ("tv,", "an empty term"),
        ("tv, , x", "an empty term"),
        ("a => b => c", "more than one '=>'"),
        ("=> b", "an empty term"),
        ("a, b @ 2", "weight '2'"),
        ("a, b @ x", "weight 'x'"),
        ("a, b @ nan", "weight 'nan'"),
        ("a, " + "b " * 20, "too long"),
        ("a, " + "b" * 200, "too long"),
        (", ".join("x" * 101), "101 terms"),
    ],
)
def test_a_wrong_line_is_named_by_file_and_number(line: str, message: str) -> None:
    with pytest.raises(SettingsError) as caught:
        parse_rules(f"# first\nfine, good\n{line}\n", "my/synonyms.txt")
    assert str(caught.value).startswith("my/synonyms.txt:3: ")
    assert message in str(caught.value)


def test_reading_a_file(tmp_path: Path) -> None:
    path = tmp_path / "synonyms.txt"
    path.write_bytes("\ufefftv, 电视\r\n".encode())
    assert read_rules(path) == [Rule(("tv", "电视"), ("tv", "电视"))]
    path.write_bytes(b"tv, \xff")
    with pytest.raises(SettingsError, match="not UTF-8"):
        read_rules(path)
    with pytest.raises(SettingsError, match="cannot be read"):
        read_rules(tmp_path / "none.txt")


def test_the_rules_that_come_along_are_sound() -> None:
    rules = default_rules()
    assert len(rules) > 300
    synonyms = Synonyms(rules, ANALYZER)
    for asked, meant in (("laptop", "笔记本电脑"), ("手机", "phone"), ("fridge", "refriger"), ("充电宝", "power bank")):
        assert meant in {" ".join(other) for _, _, other, _ in synonyms.expand(words(asked))}, asked


@given(st.text(max_size=200))
def test_any_text_is_rules_or_an_error(text: str) -> None:
    try:
        rules = parse_rules(text, "s")
    except SettingsError:
        return
    assert all(0 < rule.weight <= 1 and rule.terms and rule.others for rule in rules)


@given(st.lists(st.sampled_from(["tv", "mobil", "phone", "手机", "x"]), max_size=40))
def test_expansion_stays_within_the_query(tokens: list[str]) -> None:
    for first, last, other, weight in Synonyms(parse_rules(RULES, "s"), ANALYZER).expand(tokens):
        assert 0 <= first < last <= len(tokens)
        assert last - first <= MAX_WORDS
        assert other
        assert 0 < weight <= 1
