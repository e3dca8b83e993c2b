"""The tone of words, on examples and on real reviews."""

from __future__ import annotations

import csv
import gzip
import io
import random
import zipfile
from pathlib import Path

import pytest

from shelfwise.behaviour.profiles.sentiment import tone


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("I love this", True),
        ("I do not love this", False),
        ("not bad, but it broke and smells", False),
        ("Poor quality. Returned", False),
        ("不错", True),
        ("不好", False),
        ("没有问题", True),
        ("有问题", False),
        ("一点也不满意", False),
        ("快递很快，手机很好用", True),
        ("The red one", None),
        ("", None),
    ],
)
def test_tone(text: str, good: bool | None) -> None:
    found = tone(text)
    assert (None if found is None else found > 0.5) is good


def test_long_texts_are_bounded() -> None:
    assert tone("x " * 2_000_000 + "good") is None


def right(rows: list[tuple[str, bool]]) -> float:
    """Share read right; where no word tells, half a point."""
    said = [(tone(text), good) for text, good in rows]
    return sum(0.5 if sound is None or sound == 0.5 else (sound > 0.5) == good for sound, good in said) / len(said)


@pytest.mark.data("reviews_zh")
def test_chinese_reviews(data: Path) -> None:
    with gzip.open(data / "reviews.csv.gz", "rt", encoding="utf-8") as file:
        rows = [(row["review"], row["label"] == "1") for row in csv.DictReader(file) if row["review"]]
    assert right(random.Random(0).sample(rows, 4_000)) > 0.75


@pytest.mark.data("reviews_en")
def test_english_reviews(data: Path) -> None:
    with zipfile.ZipFile(data / "reviews.csv.zip") as folder, folder.open(folder.namelist()[0]) as file:
        rows = list(csv.DictReader(io.TextIOWrapper(file, "utf-8")))
    good = [(row["Review Text"], True) for row in rows if row["Review Text"] and row["Rating"] == "5"]
    bad = [(row["Review Text"], False) for row in rows if row["Review Text"] and row["Rating"] in "12"]
    count = min(len(bad), 1_000)
    assert right([*random.Random(0).sample(good, count), *random.Random(0).sample(bad, count)]) > 0.7
