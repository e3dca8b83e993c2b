"""Characters that look alike."""

from __future__ import annotations

import pytest

from shelfwise.language.shapes import confusable


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
