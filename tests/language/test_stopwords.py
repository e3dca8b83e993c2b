"""What is dropped from a query, and what is not."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shelfwise.language.analyzer import BilingualAnalyzer
from shelfwise.language.stopwords import drop_stopwords, is_stopword, without_stopwords

ANALYZER = BilingualAnalyzer()


@pytest.mark.parametrize(
    ("query", "kept"),
    [
        ("I want to buy a laptop stand", "laptop stand"),
        ("please show me the wireless headphones", "wireless headphon"),
        ("I'm looking for gaming mice", "gaming mous"),
        ("can you recommend a tripod for iphone 7", "tripod iphon 7"),
        ("what is the best tv", "tv"),
        ("the boys", "boy"),
        ("the", "the"),
        ("xbox one", "xbox one"),
        ("all in one printer", "all one printer"),
        ("我想找一款加厚保暖的男士羽绒服", "加厚 保暖 男士 羽绒服 羽绒"),
        ("有没有适合老人用的手机", "老人 手机"),
        ("请问有儿童自行车吗", "儿童 自行车 自行"),
        ("推荐一下空调", "空调"),
        ("哪个牌子好的空调", "空调"),
        ("推荐", "推荐"),
        ("办公室用的台灯，要护眼的", "办公室 办公 台灯 护眼"),
    ],
)
def test_queries(query: str, kept: str) -> None:
    assert [token.text for token in drop_stopwords(ANALYZER.analyze(query).words)] == kept.split()


def test_codes_and_grams_of_dropped_words_go_too() -> None:
    left = without_stopwords(ANALYZER.analyze("我想买TN-2110硒鼓"))
    assert [token.text for token in left.words] == ["tn", "2110", "硒鼓"]
    assert [token.text for token in left.codes] == ["tn2110"]
    assert [token.text for token in left.grams] == ["硒鼓"]


def test_nothing_to_drop_is_the_same_analysis() -> None:
    analysis = ANALYZER.analyze("无线鼠标")
    assert without_stopwords(analysis) is analysis


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.sampled_from(["the", "我", "想", "买", "show", "me", "一款", "mouse", "手机", "推荐"])).map(" ".join)
)
def test_never_everything(query: str) -> None:
    words = ANALYZER.analyze(query).words
    kept = drop_stopwords(words)
    assert bool(kept) == bool(words)
    assert set(kept) <= set(words)


def test_stop_words_are_known_by_their_stems() -> None:
    assert is_stopword("pleas")
    assert is_stopword("的")
    assert not is_stopword("mous")
