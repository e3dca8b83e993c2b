from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shelfwise.language.analyzer import BilingualAnalyzer
from shelfwise.language.spans import outer
from shelfwise.retrieval.compounds import Compounds

ANALYZER = BilingualAnalyzer()
KNOWN = {"head": 9, "set": 50, "headset": 20, "smart": 30, "watch": 40, "hea": 1, "dset": 1, "phone": 5, "耳机": 3}
COMPOUNDS = Compounds(ANALYZER, lambda group, token: KNOWN.get(token, 0) if group == "words" else 0)


@pytest.mark.parametrize(
    ("word", "parts"),
    [
        ("headset", ("head", "set")),  # not "hea dset": its rarer half is rarer
        ("smartwatch", ("smart", "watch")),
        ("SmartWatch", ("smart", "watch")),
        ("smartphones", ("smart", "phone")),
        ("headroom", None),
        ("head", None),
        ("set", None),
        ("headset2", None),
        ("蓝牙耳机", None),
        ("x" * 1000, None),
        ("", None),
    ],
)
def test_split(word: str, parts: tuple[str, str] | None) -> None:
    assert COMPOUNDS.split(word) == parts


@pytest.mark.parametrize(
    ("text", "joined"),
    [("head set", "headset"), ("head, set", None), ("set head", None), ("smart phone", None)],
)
def test_join(text: str, joined: str | None) -> None:
    left, right = outer(ANALYZER.analyze(text).words)
    assert COMPOUNDS.join(text, left, right) == joined


@given(st.text(max_size=60))
def test_any_word_can_be_asked(word: str) -> None:
    parts = COMPOUNDS.split(word)
    assert parts is None or all(part in KNOWN for part in parts)
