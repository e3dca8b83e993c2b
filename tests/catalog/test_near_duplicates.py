from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from shelfwise.catalog.near_duplicates import MIN_SHINGLES, SIMILAR, NearDuplicates, shingles, similarity

WORDS = [
    f"{first}{second}" for first in ("blue", "dark", "soft", "warm", "wild") for second in ("cap", "bag", "mug", "hat")
]


def found(titles: list[str]) -> set[tuple[str, str]]:
    near = NearDuplicates()
    for number, title in enumerate(titles):
        near.add(str(number), title)
    return {pair.ids for pair in near.pairs()}


def test_finds_what_comparing_all_pairs_finds() -> None:
    """Oracle: every pair compared; MinHash may miss a pair near the threshold, and never invents one."""
    source = random.Random(3)
    titles = []
    for _ in range(150):
        words = source.sample(WORDS, 10)
        titles.append(" ".join(words))
        titles.append(" ".join([*source.sample(words, 10), source.choice(WORDS)]))
    pieces = [shingles(title) for title in titles]
    expected = {
        (str(one), str(other))
        for one in range(len(titles))
        for other in range(one + 1, len(titles))
        if similarity(pieces[one], pieces[other]) >= SIMILAR and titles[one].split() != titles[other].split()
    }
    got = found(titles)
    assert got <= expected
    assert len(got) >= 0.97 * len(expected)
    assert len(expected) >= 150


def test_different_numbers_are_different_products() -> None:
    assert (
        found(["Brother toner cartridge black TN-2110 original", "Brother toner cartridge black TN-2120 original"])
        == set()
    )
    assert found(["手机 保护壳 透明 128GB", "手机 保护壳 透明 256GB"]) == set()


def test_the_same_title_is_no_near_duplicate() -> None:
    assert found(["Red leather ankle boots", "red  leather ankle boots"]) == set()
    assert found(["Red leather ankle boots", "Ankle boots, red leather"]) == {("0", "1")}


def test_chinese_titles() -> None:
    one = "电动车保护器手机充电定时器电源定时开关插座智能倒计时自动断电"
    other = "电动车保护器智能倒计时自动断电手机充电定时器电源定时开关插座"
    assert found([one, other, "夏季新款女士连衣裙"]) == {("0", "1")}


def test_a_large_bucket_stays_affordable() -> None:
    titles = [f"{' '.join(WORDS[:12])} {letter * (n + 1)}" for n, letter in enumerate("ab" * 200)]
    near = NearDuplicates()
    for number, title in enumerate(titles):
        near.add(str(number), title)
    assert 0 < len(near.pairs()) < 400 * 8 * 5


def test_nothing() -> None:
    assert found([]) == set()
    assert found(["", "a", "a b", "!!!"]) == set()


@given(st.text(max_size=30), st.text(max_size=30))
def test_similarity_is_symmetric_and_bounded(one: str, other: str) -> None:
    first, second = shingles(one), shingles(other)
    assert similarity(first, second) == similarity(second, first)
    assert 0 <= similarity(first, second) <= 1
    if len(first) >= MIN_SHINGLES:
        assert similarity(first, first) == 1
