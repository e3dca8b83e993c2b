"""Words inside words, mixed words, character pairs."""

from __future__ import annotations

import pytest

from shelfwise.language.chinese import Segmenter, grams

SEGMENTER = Segmenter(["type-c数据线", "芊茗草"])


@pytest.mark.parametrize(
    ("run", "words"),
    [
        ("笔记本电脑", "笔记本电脑 笔记本 笔记 电脑"),
        ("电热水壶", "电热水壶 电热 水壶"),
        ("鼠标", "鼠标"),
        ("芊茗草", "芊茗草"),
        ("壳", "壳"),
    ],
)
def test_words_are_followed_by_the_words_inside(run: str, words: str) -> None:
    spans = SEGMENTER.words(run)
    assert [word for word, _, _ in spans] == words.split()
    assert all(run[start:end] == word for word, start, end in spans)


@pytest.mark.parametrize(
    ("latin", "run", "tail"),
    [("u", "盘", "盘"), ("u", "盘子", ""), ("t", "恤女", "恤"), ("typec", "数据线快充", "数据线"), ("x", "手机", "")],
)
def test_mixed_words_end_where_a_word_ends(latin: str, run: str, tail: str) -> None:
    assert SEGMENTER.mixed(latin, run, SEGMENTER.words(run)) == tail


def test_grams() -> None:
    assert grams("壳", 3) == [("壳", 3, 4)]
    assert grams("手机壳", 3) == [("手机", 3, 5), ("机壳", 4, 6)]


def test_a_sentence_is_no_word() -> None:
    sentence = "龘" * 1000
    assert Segmenter([sentence]).words(sentence)[0] == ("龘", 0, 1)
