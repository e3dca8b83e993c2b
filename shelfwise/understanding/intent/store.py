"""Heads of a shop on disk, kept as all its models are: models/intent/<version>/, and `current`, a link to the one in
use."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from shelfwise.language.models.store import ModelStore

if TYPE_CHECKING:
    from shelfwise.understanding.intent.head import IntentHead
    from shelfwise.understanding.intent.training import Card


def keep(models: Path, head: IntentHead, card: Card) -> Path:
    """Writes a new version and makes it the current one; returns its folder. A crash leaves the former current."""
    store, name = ModelStore(models.parent), models.name
    with store.create(name) as folder:
        head.save(folder)
        card.write(folder)
    version = store.promote(name, store.versions(name)[-1])
    return models / version
