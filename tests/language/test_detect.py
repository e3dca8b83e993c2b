"""Languages by script."""

from __future__ import annotations

import pytest

from shelfwise.language.detect import detect


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("wireless mouse", "en"),
        ("无线鼠标", "zh"),
        ("無線滑鼠", "zh"),
        ("TN-2110 硒鼓", "zh"),
        ("iPhone 14 手机壳", "mixed"),
        ("Apple iPhone 14 Pro Max case 壳", "en"),
        ("", "en"),
        ("12345 😀", "en"),
        ("\ud800", "en"),
    ],
)
def test_detect(text: str, language: str) -> None:
    assert detect(text) == language
