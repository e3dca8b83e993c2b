"""What is covered before a query leaves the machine."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shelfwise.understanding.rewrite.mask import masked

TABLE = [
    ("phone case, mail me@home.org", "phone case, mail [email]"),
    ("我的邮箱zhang.san@qq.com要手机壳", "我的邮箱[email]要手机壳"),
    ("张三@例子.中国 手机", "[email] 手机"),
    ("ＭＥ＠ｑｑ．ｃｏｍ", "[email]"),
    ("call 13800138000", "call [number]"),
    ("call +86 138-0013-8000 now", "call [number] now"),
    ("call (020) 7946 0958", "call [number]"),
    ("call 555-1234", "call [number]"),
    ("打一三八〇〇一三八〇〇〇给我", "打[number]给我"),
    ("１３８００１３８０００", "[number]"),
    ("card 6222 0212 3456 7890 123", "card [number]"),
    ("id 11010519491231002X", "id [number]"),
    ("where is order A1234567B", "where is order A[number]B"),
    ("4006381333931", "[number]"),
    ("https://shop.example/?token=s3cret&x=1 tv", "[link] tv"),
    ("see www.example.com", "see [link]"),
    ("iPhone 15 128GB", "iPhone 15 128GB"),
    ("TN-2110 toner", "TN-2110 toner"),
    ("mouse @ 20 dollars", "mouse @ 20 dollars"),
    ("10.9 inch, 2560x1440", "10.9 inch, 2560x1440"),
    ("3000元以下的手机", "3000元以下的手机"),
    ("", ""),
]


@pytest.mark.parametrize(("text", "expected"), TABLE)
def test_what_is_covered(text: str, expected: str) -> None:
    assert masked(text) == expected


@given(st.text(max_size=100), st.sampled_from([" ", "", "-", "（"]), st.integers(10**6, 10**18))
def test_no_long_number_stays(text: str, gap: str, number: int) -> None:
    left = masked(f"{text}{gap}{number}{gap}{text}")
    assert str(number) not in left
    assert not re.search(r"\d{7}", left)


@given(st.text(max_size=60), st.from_regex(r"[a-z0-9.]{1,12}@[a-z0-9]{1,12}\.[a-z]{2,4}", fullmatch=True))
def test_no_address_stays(text: str, address: str) -> None:
    assert address not in masked(f"{text} {address} {text}")


@given(st.text(max_size=200))
def test_covering_twice_is_covering_once(text: str) -> None:
    assert masked(masked(text)) == masked(text)
