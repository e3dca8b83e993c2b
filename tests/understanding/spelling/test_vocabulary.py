"""What shoppers asked for counts beside the catalogue."""

from __future__ import annotations

from pathlib import Path

from shelfwise.understanding.spelling.fixes import Fix
from shelfwise.understanding.spelling.speller import Speller
from shelfwise.understanding.spelling.vocabulary import Vocabulary, VocabularyBuilder
from tests.understanding.spelling.small_shop import ANALYZER, TITLES, Shop

PAST = (("kayboard", 9), ("wireless mouse", 31), ("手几", 5), ("keybord", 1))


def fixes(shop: Shop, text: str) -> list[Fix]:
    return Speller(shop.builder.vocabulary(), shop.frequency).fixes(text, ANALYZER.analyze(text))


def test_a_frequent_past_query_is_no_misspelling() -> None:
    fresh, asked = Shop(TITLES), Shop(TITLES, PAST)
    for text in ("kayboard", "手几"):
        assert fixes(fresh, text)
        assert not fixes(asked, text)
    assert fixes(asked, "keybord")  # once is not often


def test_words_of_the_catalogue_count_more_by_the_logarithm() -> None:
    fresh, asked = Shop(TITLES).builder.vocabulary(), Shop(TITLES, PAST).builder.vocabulary()
    assert asked.latin["mouse"] == fresh.latin["mouse"] + 5
    assert asked.pairs.get("wireless mouse", 0) == fresh.pairs.get("wireless mouse", 0)
    assert "kayboard" not in asked.latin
    assert asked.asked["kayboard"] == 9
    assert "keybord" not in asked.asked


def test_past_queries_survive_the_disk(tmp_path: Path) -> None:
    builder = Shop(TITLES, PAST).builder
    builder.write(tmp_path)
    assert Vocabulary.read(tmp_path).asked == builder.vocabulary().asked


def test_without_past_queries_nothing_was_asked() -> None:
    assert VocabularyBuilder().vocabulary().asked == {}
