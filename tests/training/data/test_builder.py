from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from shelfwise.errors import InputError
from shelfwise.training.data.builder import build, check_classes, check_positives
from shelfwise.training.data.card import Card
from shelfwise.training.data.examples import Example, read_examples
from shelfwise.training.data.split import check_leaks
from tests.training.data.made import SOURCES, pair


class Given:
    """A source of given examples."""

    def __init__(self, name: str, examples: Sequence[Example], *notes: str) -> None:
        self.name = name
        self._examples = examples
        self._notes = notes

    def examples(self) -> Iterator[Example]:
        return iter(self._examples)

    def notes(self) -> tuple[str, ...]:
        return self._notes


PAIRS = Given("catalog", [pair(f"<b>query</b> {row}", f"text {row}", group=f"p{row}") for row in range(60)], "A note.")
LOG = Given("log", [pair(f"asked {row}", f"text {row}", 0.5, source="log") for row in range(60)])


def test_cleans_removes_duplicates_splits_and_describes() -> None:
    built = build([PAIRS, PAIRS, LOG], seed=1, valid=0.2, test=0.2, near=False)
    everything = [*built.train, *built.valid, *built.test]
    assert {each.query for each in everything} == {f"{word} {row}" for word in ("query", "asked") for row in range(60)}
    check_leaks(built.train, built.test)
    card = built.card
    assert card.found == {"catalog": 120, "log": 60}
    assert card.removed == {"duplicate pairs": 60}
    assert {part: figures.examples for part, figures in card.parts.items()} == {
        "train": len(built.train),
        "valid": len(built.valid),
        "test": len(built.test),
    }
    assert card.notes == ("A note.", "A note.")
    assert set(card.limits) == {"catalog", "log"}


def test_the_same_again_is_the_same_and_the_order_of_sources_does_not_matter() -> None:
    first, second = build([PAIRS, LOG], seed=1, near=False), build([LOG, PAIRS], seed=1, near=False)
    assert first == build([PAIRS, LOG], seed=1, near=False)
    assert first.card.data == second.card.data
    assert set(first.test) == set(second.test)
    assert build([PAIRS, LOG], seed=2, near=False).card.parts != first.card.parts


def test_what_is_written_can_be_read(tmp_path: Path) -> None:
    built = build([PAIRS, LOG], seed=1, near=False)
    built.write(tmp_path / "out")
    assert list(read_examples(tmp_path / "out" / "train.jsonl")) == built.train
    assert list(read_examples(tmp_path / "out" / "test.jsonl")) == built.test
    card = json.loads((tmp_path / "out" / "card.json").read_text("utf-8"))
    assert card["data"] == built.card.data
    assert card["parts"]["valid"]["examples"] == len(built.valid)
    page = (tmp_path / "out" / "card.md").read_text("utf-8")
    assert f"| examples | {len(built.train)} | {len(built.valid)} | {len(built.test)} |" in page
    assert "- A note." in page


def test_the_page_is_a_table_of_equal_rows() -> None:
    page = build([PAIRS, LOG], seed=1, near=False).card.to_markdown()
    for table in page.split("\n\n"):
        rows = [line for line in table.split("\n") if line.startswith("|")]
        assert len({line.count("|") for line in rows}) <= 1


def test_progress_counts_examples() -> None:
    told: list[int] = []
    many = Given("catalog", [pair(f"query {row}", f"text {row}", group=f"p{row}") for row in range(2500)])
    build([many], seed=0, near=False, progress=lambda done, total: told.append(done))
    assert told == [1000, 2000]


def test_nothing_to_learn_says_what_the_sources_noted() -> None:
    nothing = Given("catalog", [], "All products have nothing but a title.")
    with pytest.raises(InputError, match=r"None of 0 examples .* nothing but a title"):
        build([nothing], seed=0)


def test_one_class_is_not_enough_to_tell_classes_apart() -> None:
    check_classes([pair("a", "b"), pair("a", "c", 0.0)])
    with pytest.raises(InputError, match="one class only"):
        check_classes([pair("a", "b"), pair("a", "c", 0.3)])
    with pytest.raises(InputError, match="None of 1 examples"):
        check_classes([pair("a", "b", 0.0)])
    with pytest.raises(InputError, match="None of 0 examples"):
        check_positives([])


def test_every_source_has_a_known_limit() -> None:
    card = Card("", 0, "product", {}, dict.fromkeys(SOURCES, 1), {}, 0, {}, ())
    assert set(card.limits) == set(SOURCES)
