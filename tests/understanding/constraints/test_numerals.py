from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shelfwise.understanding.constraints.amounts import bounded
from shelfwise.understanding.constraints.numerals import DIGITS, about, above, digits, han, worded

UPPER = ("under {}", "below {}", "max {}", "{} or less", "不超过{}", "{}以下", "{}以内")
RANGES = ("between {} and {}", "{}-{}", "{}到{}", "from {} to {}")
ONES = "零一二三四五六七八九"


def written(number: int) -> str:
    """A number below 100,000 in Chinese: the oracle."""
    if number >= 10_000:
        rest = number % 10_000
        return written(number // 10_000) + "万" + ("" if not rest else ("零" if rest < 1000 else "") + written(rest))
    text, gap = "", False
    for scale, unit in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // scale % 10
        if digit:
            text += ("零" if gap and text else "") + ONES[digit] + unit
            gap = False
        else:
            gap = True
    return text


@given(st.integers(1, 99_999))
def test_chinese_numerals_are_read(number: int) -> None:
    assert han(written(number)) == (number, number)


@given(st.integers(0, 10**9))
def test_digits_are_read_with_and_without_commas(number: int) -> None:
    assert digits(str(number)) == digits(f"{number:,}") == number


@pytest.mark.parametrize(
    ("text", "bounds"),
    [
        ("两三千", (2000, 3000)),
        ("五六百", (500, 600)),
        ("三四十", (30, 40)),
        ("一两万", (10_000, 20_000)),
        ("一千五", (1500, 1500)),
        ("两万三", (23_000, 23_000)),
        ("百", (100, 100)),
        ("几千", (1000, 10_000)),
        ("十五", (15, 15)),
    ],
)
def test_spoken_numerals(text: str, bounds: tuple[float, float]) -> None:
    assert han(text) == bounds


@pytest.mark.parametrize("text", ["一二三", "九八"])
def test_what_is_no_number(text: str) -> None:
    assert han(text) is None


def test_english_words() -> None:
    assert [worded(text) for text in ("fifty", "two hundred", "a grand", "three thousand")] == [50, 200, 1000, 3000]


@given(st.floats(1, 1e6))
def test_about_is_a_fifth_around(number: float) -> None:
    low, high = about(number)
    assert low == pytest.approx(0.8 * number) and high == pytest.approx(1.2 * number)


@given(st.integers(1, 10**6))
def test_above_is_more(number: int) -> None:
    assert above(number) > number


@given(st.integers(1, 9999), st.sampled_from(UPPER))
def test_upper_bounds(number: int, words: str) -> None:
    (one,) = bounded(words.format(number))
    assert (one.low, one.high, one.way) == (None, number, "max")


@given(st.integers(1, 9999), st.sampled_from(["over {}", "at least {}", "{} or more", "至少{}", "{}以上", "不低于{}"]))
def test_lower_bounds(number: int, words: str) -> None:
    (one,) = bounded(words.format(number))
    assert (one.low, one.high, one.way) == (number, None, "min")


@given(st.integers(1, 999), st.integers(1, 999), st.sampled_from(RANGES))
def test_ranges(low: int, more: int, words: str) -> None:
    (one,) = bounded(words.format(low, low + more))
    assert (one.low, one.high, one.start) == (low, low + more, 0)


def test_the_pattern_of_digits_takes_commas_whole() -> None:
    import re

    assert re.findall(DIGITS, "1,500 and 12,34") == ["1,500", "12", "34"]
