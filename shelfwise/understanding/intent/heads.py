"""The head that a shop uses: its own, made by `shelfwise train intent`, or the one that comes with Shelfwise."""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources import as_file, files
from pathlib import Path
from typing import Final

from shelfwise.errors import CorruptIndexError
from shelfwise.language.base import Encoder
from shelfwise.language.models.store import ModelStore
from shelfwise.understanding.intent.head import IntentHead
from shelfwise.understanding.intent.training import CARD, Card

OWN: Final = "models/intent/current"


def intent_head(shop: Path, encoder: Encoder | None, report: Callable[[str], None]) -> IntentHead | None:
    """The shop's head, or else that of the default encoder; None for an encoder that no head was made for.

    A head reads the vectors of one encoder only. Where the current one is for another encoder, the newest version for
    this one is used: an index that is served by the encoder of before has its head of before. One that cannot be read
    is passed over, and `report` is told of it: searches go on without it.
    """
    if encoder is None:
        return None
    with as_file(files("shelfwise.understanding.intent") / "data" / "head") as shipped:
        for folder in (shop / OWN, *_others(shop), shipped):
            card = Card.read(folder)
            if card is None and folder.exists():
                report(f"{folder / CARD}: no card of an intent head")
            if card is not None and card.encoder == encoder.name:
                try:
                    return IntentHead.open(folder)
                except CorruptIndexError as error:
                    report(error.message)
    return None


def _others(shop: Path) -> list[Path]:
    """The versions that are not the current one, newest first."""
    home = (shop / OWN).parent
    current = (shop / OWN).resolve().name
    versions = ModelStore(home.parent).versions(home.name)
    return [home / version for version in reversed(versions) if version != current]
