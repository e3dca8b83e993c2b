"""Which head a shop uses."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from shelfwise.errors import CorruptIndexError
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


def test_the_shops_own_head_reads_the_vectors_it_was_made_for(shop: Path) -> None:
    head = intent_head(shop, FakeEncoder())
    assert head is not None
    assert head.labels == ("buy", "track")


def test_no_encoder_no_head(shop: Path) -> None:
    assert intent_head(shop, None) is None


def test_a_head_made_for_another_encoder_is_not_used(shop: Path) -> None:
    assert intent_head(shop, FakeEncoder(64)) is None


def test_a_shop_without_a_head_of_its_own_has_none_for_an_encoder_that_none_was_made_for(tmp_path: Path) -> None:
    assert intent_head(tmp_path, FakeEncoder()) is None


def test_a_head_without_its_card_is_not_used(shop: Path) -> None:
    (shop / OWN / CARD).write_bytes(b"{")
    assert intent_head(shop, FakeEncoder()) is None


@pytest.mark.parametrize("name", [WEIGHTS, ABOUT])
@pytest.mark.parametrize("content", [None, b"", b"{}", b"[]", b"\xff\x00garbage"])
def test_a_head_that_cannot_be_read_is_named_with_what_to_do(shop: Path, name: str, content: bytes | None) -> None:
    if content is None:
        (shop / OWN / name).unlink()
    else:
        (shop / OWN / name).write_bytes(content)
    with pytest.raises(CorruptIndexError, match=OWN) as error:
        intent_head(shop, FakeEncoder())
    assert "shelfwise train intent" in error.value.hint
