"""The colours of the stylesheet can be read: contrast of at least 4.5 for text and 3 for what else must be seen."""

from __future__ import annotations

import re
from itertools import product

import pytest

from shelfwise.service.storefront.render import FOLDER

CSS = (FOLDER / "static" / "shop.css").read_text("utf-8")
GROUNDS = ("n1", "n2")
TEXTS = ("n7", "n8", "n9", "accent", "accent-strong", "good", "warn", "bad")
PAIRS = [
    *((text, ground, 4.5) for text, ground in product(TEXTS, GROUNDS)),
    ("on-accent", "accent", 4.5),
    ("on-accent", "accent-strong", 4.5),
    ("n9", "accent-soft", 4.5),
    ("n7", "accent-soft", 4.5),
    ("accent", "accent-soft", 4.5),
    ("n9", "mark", 4.5),
    ("n9", "n3", 4.5),
    ("n6", "n1", 3.0),
    ("n6", "n2", 3.0),
    ("accent", "n1", 3.0),
    ("star", "n1", 3.0),
]


def tokens(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block))


LIGHT = tokens(CSS[: CSS.index("@media")])
DARK = {**LIGHT, **tokens(CSS[CSS.index("@media") : CSS.index("*, *::before")])}


def luminance(colour: str) -> float:
    """Relative luminance of an sRGB colour, as WCAG 2.2 defines it."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """(L₁ + 0.05) / (L₂ + 0.05), the lighter above."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize(("text", "ground", "least"), PAIRS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_contrast(scheme: str, text: str, ground: str, least: float) -> None:
    colours = LIGHT if scheme == "light" else DARK
    assert contrast(colours[text], colours[ground]) >= least


def test_both_schemes_name_the_same_colours() -> None:
    assert set(tokens(CSS[CSS.index("@media") : CSS.index("*, *::before")])) == set(LIGHT)


def test_colours_are_written_once_as_tokens() -> None:
    rest = CSS[CSS.index("*, *::before") :]
    assert not re.search(r"#[0-9a-fA-F]{3,8}\b", rest)
    used = set(re.findall(r"var\(--([\w-]+)\)", CSS))
    named = set(re.findall(r"--([\w-]+):", CSS))
    assert used == named


def test_nothing_comes_from_another_host() -> None:
    for file in (FOLDER / "static").glob("*.*"):
        text = file.read_text("utf-8").replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"https?://|@import", text), file.name


def test_contrast_itself() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.478, abs=0.01)
