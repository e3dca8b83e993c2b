from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from shelfwise.retrieval.base import Alternative, Plan, Slot, TextClause
from shelfwise.retrieval.embedded import EmbeddedEngine, EmbeddedReader
from shelfwise.retrieval.lexical import idf
from tests.retrieval.engine_corpus import TEXT_FIELDS, product

FIELDS = {"words": {"title": 2.0, "description": 1.0}, "codes": {"codes": 4.0}}

Readers = list[EmbeddedReader]


@pytest.fixture
def readers() -> object:
    opened: Readers = []
    yield opened
    for reader in opened:
        reader.close()


def opened(readers: Readers, folder: Path, titles: dict[str, str], **codes: str) -> EmbeddedReader:
    engine = EmbeddedEngine(TEXT_FIELDS)
    items = [product(id, title.split(), codes=tuple(codes.get(id, "").split())) for id, title in titles.items()]
    engine.build(items, folder / "engine")
    readers.append(engine.open(folder / "engine"))
    return readers[-1]


def slots(*words: str) -> tuple[Slot, ...]:
    return tuple(Slot((Alternative((word,)),)) for word in words)


def scores(reader: EmbeddedReader, given: Sequence[Slot], **options: object) -> dict[str, float]:
    clause = TextClause(tuple(given), FIELDS, **options)  # type: ignore[arg-type]
    return {item.id: item.score for item in reader.search(Plan(clause, limit=100)).items}


@pytest.mark.parametrize(
    ("share", "found"),
    [(1.0, {"abc"}), (0.67, {"abc", "ab"}), (0.5, {"abc", "ab", "a"}), (0.01, {"abc", "ab", "a"})],
)
def test_minimum_match_is_rounded_down_but_at_least_one(
    readers: Readers, tmp_path: Path, share: float, found: set[str]
) -> None:
    reader = opened(readers, tmp_path, {"abc": "a b c", "ab": "a b", "a": "a", "d": "d"})
    assert set(scores(reader, slots("a", "b", "c"), minimum_match=share)) == found


def test_required_slots_must_match_and_count(readers: Readers, tmp_path: Path) -> None:
    reader = opened(readers, tmp_path, {"ab": "a b", "ac": "a c", "bc": "b c", "a": "a"})
    must = (Slot((Alternative(("a",)),), required=True), *slots("b", "c"))
    assert set(scores(reader, must, minimum_match=0.67)) == {"ab", "ac"}
    assert set(scores(reader, must, minimum_match=0.34)) == {"ab", "ac", "a"}


def test_a_slot_that_no_product_has_still_counts(readers: Readers, tmp_path: Path) -> None:
    reader = opened(readers, tmp_path, {"ab": "a b", "a": "a"})
    assert scores(reader, slots("a", "b", "nowhere")) == {}
    assert set(scores(reader, slots("a", "b", "nowhere"), minimum_match=0.67)) == {"ab"}
    assert scores(reader, slots("nowhere")) == {}
    assert scores(reader, ()).keys() == {"ab", "a"}, "no slots is no text: everything passes"


def test_the_best_alternative_counts_once(readers: Readers, tmp_path: Path) -> None:
    reader = opened(readers, tmp_path, {"both": "sofa couch", "one": "sofa table", "other": "couch table"})
    either = (Slot((Alternative(("sofa",)), Alternative(("couch",), 0.5, source="synonym"))),)
    found = scores(reader, either)
    assert found["both"] == pytest.approx(found["one"])
    assert found["other"] == pytest.approx(0.5 * found["one"])


def test_a_rare_misspelling_does_not_outscore_the_word(readers: Readers, tmp_path: Path) -> None:
    titles = {f"p{number}": "wireless mouse" for number in range(40)} | {"typo": "wireles mouse"}
    reader = opened(readers, tmp_path, titles)
    asked = (Slot((Alternative(("wireless",)), Alternative(("wireles",), 1.0, source="typo"))),)
    found = scores(reader, asked)
    assert found["typo"] <= found["p0"] * (1 + 1e-5)
    misspelt = (
        Slot((Alternative(("wirelss",)), Alternative(("wireless",), 0.9, source="typo"),
              Alternative(("wireles",), 0.8, source="typo"))),
    )  # fmt: skip
    found = scores(reader, misspelt)
    assert found["typo"] < found["p0"]


def test_several_tokens_must_stand_together_in_order(readers: Readers, tmp_path: Path) -> None:
    reader = opened(readers, tmp_path, {"near": "hard drive", "apart": "hard shell usb drive", "turned": "drive hard"})
    asked = (Slot((Alternative(("harddrive",)), Alternative(("hard", "drive"), 0.9, source="compound"))),)
    assert set(scores(reader, asked)) == {"near"}


def test_phrases_add_and_never_match_by_themselves(readers: Readers, tmp_path: Path) -> None:
    reader = opened(
        readers, tmp_path, {"phrase": "red shoe x", "apart": "red x shoe", "turned": "shoe x red", "c": "y"}
    )
    plain = scores(reader, slots("red", "shoe"))
    boosted = scores(reader, slots("red", "shoe"), phrase_boost=1.0, phrase_fields=("title",), phrase_slop=0)
    assert set(boosted) == set(plain)
    assert boosted["phrase"] > plain["phrase"]
    assert boosted["turned"] == pytest.approx(plain["turned"])
    part = scores(reader, slots("red", "shoe", "y"), phrase_boost=1.0, phrase_fields=("title",), minimum_match=1.0)
    assert part == {}


def test_exact_codes(readers: Readers, tmp_path: Path) -> None:
    reader = opened(readers, tmp_path, {"a": "printer toner", "b": "printer toner"}, a="tn2110", b="tn2120")
    asked = (Slot((Alternative(("tn2110",)), Alternative(("tn2110",), group="codes"))),)
    assert set(scores(reader, asked)) == {"a"}


@pytest.mark.parametrize(
    "token", ["a:b", "*", "(", '"', "\\", "AND", "title:x", "[1 TO 2]", "😀", "a'b", "t_title", "~1"]
)
def test_query_syntax_is_only_text(readers: Readers, tmp_path: Path, token: str) -> None:
    token = token.replace(" ", "_")
    reader = opened(readers, tmp_path, {"it": f"x {token}", "other": "x y"})
    assert set(scores(reader, slots(token))) == {"it"}


def test_idf_is_bm25s() -> None:
    assert idf(1, 10) == pytest.approx(1.9924301646902063)
    assert idf(10, 10) > 0
    assert idf(12, 10) > 0, "replaced products may still count"
