"""Sessions whose shoppers are known: who means the same, who changed her mind, who found nothing."""

from __future__ import annotations

import random

import pytest

from shelfwise.language.analyzer import BilingualAnalyzer
from shelfwise.understanding.expansion.base import Candidate
from shelfwise.understanding.expansion.log import Asked, Session, difference, mine_log

ANALYZER = BilingualAnalyzer()
SAME = {"trainers": "sneakers", "settee": "sofa", "皮箱": "行李箱", "torch": "flashlight", "nappies": "diapers"}
OTHERS = ["phone", "tablet", "kettle", "toaster", "carpet", "mirror"]
FRAMES = ["{}", "cheap {}", "black {}", "{} sale", "best {} 2024"]


def simulated(seed: int, clicks: bool, count: int = 1500) -> list[Session]:
    """Of the swaps a third mean the same; the rest are shoppers who turn to something else."""
    chance = random.Random(seed)
    sessions: list[Session] = []
    for _ in range(count):
        frame = chance.choice(FRAMES)
        if chance.random() < 0.33:
            word = chance.choice(list(SAME))
            pair, goods = [word, SAME[word]], [f"{word}-{n}" for n in range(3)]
            products = [goods, goods]
            chance.shuffle(pair)
        else:
            pair = chance.sample([*OTHERS, *SAME], 2)
            products = [[f"{word}-{n}" for n in range(3)] for word in pair]
        asked = [
            Asked(frame.format(word), 30.0 * at, 5, (chance.choice(found),) if clicks else ())
            for at, (word, found) in enumerate(zip(pair, products, strict=True))
        ]
        sessions.append(asked)
    return sessions


def mined(sessions: list[Session]) -> list[Candidate]:
    return list(mine_log(sessions, ANALYZER))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_with_clicks_the_pairs_are_found_and_changes_of_mind_are_not(seed: int) -> None:
    found = {frozenset((each.words, each.other)) for each in mined(simulated(seed, clicks=True))}
    assert found == {frozenset(pair) for pair in SAME.items()}


def test_without_clicks_frequent_swaps_remain() -> None:
    found = {frozenset((each.words, each.other)) for each in mined(simulated(1, clicks=False))}
    assert {frozenset(pair) for pair in SAME.items()} <= found


def test_a_query_that_finds_nothing_leads_one_way() -> None:
    sessions: list[Session] = [[Asked("netbook", 0, 0), Asked("laptop", 20, 9)] for _ in range(5)]
    sessions += [[Asked("kettle", 0, 4), Asked("pan", 20, 9)] for _ in range(9)]
    assert [(each.words, each.other, each.one_way) for each in mined(sessions)] == [("netbook", "laptop", True)]


@pytest.mark.parametrize(
    "session",
    [
        [Asked("netbook", 0, 0), Asked("laptop", 900, 9)],  # long after
        [Asked("netbook", 50, 0), Asked("laptop", 20, 9)],  # before
        [Asked("netbook", 0, 0), Asked("netbooks", 20, 9)],  # the same word
        [Asked("netbook", 0, 0), Asked("netbook case", 20, 9)],  # narrower
        [Asked("", 0, 0), Asked("laptop", 20, 9)],
        [Asked("netbook", 0, 0)],
        [],
    ],
)
def test_what_is_no_swap(session: Session) -> None:
    assert mined([session] * 10) == []


def test_a_session_counts_once() -> None:
    again = [Asked(word, 10.0 * at, 0) for at, word in enumerate(["netbook", "laptop"] * 20)]
    assert mined([again]) == []


@pytest.mark.parametrize(
    ("before", "after", "swap"),
    [
        ("red trainers size 9", "red sneakers size 9", ("trainers", "sneakers")),
        ("红色皮箱", "红色行李箱", ("皮箱", "行李箱")),
        ("show me the settee", "sofa", ("settee", "sofa")),
        ("cell phone case", "mobile phone case", ("cell", "mobile")),
        ("a b c d", "e f g h", None),
    ],
)
def test_difference(before: str, after: str, swap: tuple[str, str] | None) -> None:
    found = difference(before, after, ANALYZER)
    assert (found and found[0]) == swap


def test_a_frequent_change_of_mind_is_told_by_its_clicks() -> None:
    def sessions(clicks: tuple[str, str]) -> list[Session]:
        swaps: list[Session] = [
            [Asked(f"{frame} phone", 0, 9, (clicks[0],)), Asked(f"{frame} tablet", 9, 9, (clicks[1],))]
            for frame in ("red", "new", "big") * 10
        ]
        return swaps + [[Asked("pan", 0, 9, ("p",)), Asked("pot", 9, 9, ("q",))] for _ in range(30)]

    assert mined(sessions(("phone-1", "tablet-1"))) == []
    assert [(each.words, each.other) for each in mined(sessions(("same", "same")))] == [("phone", "tablet")]


def test_evidence_holds_no_query_of_one_shopper() -> None:
    sessions: list[Session] = [
        [Asked(f"netbook for person{n}", 0, 0), Asked(f"laptop for person{n}", 20, 9)] for n in range(6)
    ]
    sessions += [[Asked("kettle", 0, 4), Asked("pan", 20, 9)] for _ in range(9)]
    assert [each.evidence for each in mined(sessions)][:1] == [("replaced in 6 sessions", "nothing found before in 6")]
