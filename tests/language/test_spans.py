"""Tokens within tokens."""

from __future__ import annotations

from shelfwise.language.analyzer import BilingualAnalyzer
from shelfwise.language.base import Token
from shelfwise.language.spans import groups, outer


def test_groups_of_nested_tokens() -> None:
    words = BilingualAnalyzer().analyze("笔记本电脑 iphone14").words
    assert [token.text for token in outer(words)] == ["笔记本电脑", "iphone14"]
    assert [[token.text for token in group] for group in groups(words)] == [
        ["笔记本电脑", "笔记本", "笔记", "电脑"],
        ["iphone14", "iphon", "14"],
    ]
    assert outer(()) == ()
    assert outer([Token("a", 0, 1)]) == (Token("a", 0, 1),)
