"""Heads of a shop on disk: models/intent/<version>/, and `current`, a link to the one in use."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from shelfwise.understanding.intent.head import IntentHead
    from shelfwise.understanding.intent.training import Card

CURRENT: Final = "current"


def keep(models: Path, head: IntentHead, card: Card) -> Path:
    """Writes a new version and makes it the current one; returns its folder. A crash leaves the former current."""
    models.mkdir(parents=True, exist_ok=True)
    versions = [int(folder.name) for folder in models.iterdir() if folder.name.isdecimal()]
    with tempfile.TemporaryDirectory(dir=models, prefix="building-") as building:
        folder = Path(building, "head")
        folder.mkdir()
        head.save(folder)
        card.write(folder)
        version = folder.rename(models / f"{max(versions, default=0) + 1:04d}")
        link = Path(building, CURRENT)
        link.symlink_to(version.name, target_is_directory=True)
        link.replace(models / CURRENT)
    return version
