from __future__ import annotations

from collections import Counter
from random import Random

from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from shelfwise.evaluation.typos import add_typo, neighbours


def homophone(text: str, place: int, random: Random) -> str | None:
    return {"键": "建箭", "盘": "盼"}.get(text[place], "")[:1] or None


@given(st.text(st.characters(codec="ascii"), max_size=30), st.integers())
def test_one_slip_is_one_edit(text: str, seed: int) -> None:
    typo = add_typo(text, seed=seed)
    if typo is not None:
        assert OSA.distance(text, typo.text) == 1
        assert typo == add_typo(text, seed=seed)


def test_every_kind_is_as_likely() -> None:
    kinds = Counter(typo.kind for seed in range(400) if (typo := add_typo("wireless keyboard", seed=seed)))
    assert set(kinds) == {"insert", "delete", "substitute", "transpose"}
    assert min(kinds.values()) > 60


def test_any_letter_may_slip() -> None:
    assert {typo.place for seed in range(400) if (typo := add_typo("printer", seed=seed))} == set(range(7))


def test_short_words_model_numbers_and_codes_are_left_alone() -> None:
    for text in ("tv", "usb hub", "TN-2110", "i7-1185G7", "abcd1", "128 GB", ""):
        assert add_typo(text) is None
    for seed in range(50):
        typo = add_typo("ABCD-12 toner", seed=seed)
        assert typo is not None
        assert typo.text.startswith("ABCD-12 ")


def test_chinese_characters_need_a_confusion() -> None:
    assert add_typo("键盘") is None
    texts = {typo.text for seed in range(30) if (typo := add_typo("键盘", seed=seed, confuse=homophone))}
    assert texts == {"建盘", "键盼"}


def test_a_character_without_a_confusion_is_passed_over() -> None:
    for seed in range(20):
        typo = add_typo("無键", seed=seed, confuse=homophone)
        assert typo is not None
        assert (typo.text, typo.kind, typo.place) == ("無建", "confuse", 1)
    assert add_typo("無", confuse=homophone) is None


def test_neighbours_go_both_ways() -> None:
    for letter in "qwertyuiopasdfghjklzxcvbnm":
        assert 2 <= len(neighbours(letter)) <= 6
        assert all(letter in neighbours(other) for other in neighbours(letter))
