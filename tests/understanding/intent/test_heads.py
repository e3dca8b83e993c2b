"""Which head a shop uses."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

import orjson
import pytest

from shelfwise.language.encoders.fake import FakeEncoder
from shelfwise.understanding.intent.head import ABOUT, WEIGHTS
from shelfwise.understanding.intent.heads import OWN, intent_head
from shelfwise.understanding.intent.store import keep
from shelfwise.understanding.intent.training import CARD, Lessons, train

TEXTS = tuple(f"{word} {thing}" for word in ("buy", "track") for thing in ("lamp", "phone", "shoes", "order", "parcel"))
LESSONS = Lessons(TEXTS, tuple(text.split()[0] for text in TEXTS), TEXTS, ("en",) * len(TEXTS), ("own",) * len(TEXTS))
MADE = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    shop = tmp_path_factory.mktemp("heads") / "shop"
    keep(shop / "models/intent", *train(LESSONS, FakeEncoder(), seed=0, made=MADE))
    return shop


@pytest.fixture
def shop(trained: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(trained, tmp_path / "shop", symlinks=True))


def silent(problem: str) -> None:
    pytest.fail(problem)


def test_the_shops_own_head_reads_the_vectors_it_was_made_for(shop: Path) -> None:
    head = intent_head(shop, FakeEncoder(), silent)
    assert head is not None
    assert head.labels == ("buy", "track")


def test_no_encoder_no_head(shop: Path) -> None:
    assert intent_head(shop, None, silent) is None


def test_a_head_made_for_another_encoder_is_not_used(shop: Path) -> None:
    assert intent_head(shop, FakeEncoder(64), silent) is None


def test_a_shop_without_a_head_of_its_own_has_none_for_an_encoder_that_none_was_made_for(tmp_path: Path) -> None:
    assert intent_head(tmp_path, FakeEncoder(), silent) is None


@pytest.mark.parametrize("name", [WEIGHTS, ABOUT, CARD])
@pytest.mark.parametrize("content", [None, b"", b"{", b"[]", b"\xff\x00garbage"])
def test_a_head_that_cannot_be_read_is_reported_and_passed_over(shop: Path, name: str, content: bytes | None) -> None:
    if content is None:
        (shop / OWN / name).unlink()
    else:
        (shop / OWN / name).write_bytes(content)
    said: list[str] = []
    assert intent_head(shop, FakeEncoder(), said.append) is None
    assert len(said) == 1 and OWN in said[0]


def test_the_head_that_comes_with_shelfwise_takes_the_place_of_a_damaged_one(shop: Path) -> None:
    shipped = files("shelfwise.understanding.intent") / "data" / "head"
    card = orjson.loads((shipped / CARD).read_bytes())
    encoder = FakeEncoder()
    encoder.name = card["encoder"]
    own = orjson.loads((shop / OWN / CARD).read_bytes())
    (shop / OWN / CARD).write_bytes(orjson.dumps({**own, "encoder": encoder.name}))
    head = intent_head(shop, encoder, silent)
    assert head is not None and head.labels == ("buy", "track")
    (shop / OWN / WEIGHTS).write_bytes(b"")
    said: list[str] = []
    head = intent_head(shop, encoder, said.append)
    assert head is not None and "find_product" in head.labels
    assert len(said) == 1 and OWN in said[0]


def test_an_index_of_the_encoder_before_has_its_head_of_before(shop: Path) -> None:
    keep(shop / "models/intent", *train(LESSONS, FakeEncoder(64), seed=0, made=MADE))
    assert (shop / OWN).resolve().name == "0002"
    for size in (64, 256):
        head = intent_head(shop, FakeEncoder(size), silent)
        assert head is not None
        assert len(head.mean) == size
