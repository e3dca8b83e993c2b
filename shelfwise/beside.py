"""What a shop has beside its generations, and what each of them is opened with."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from shelfwise.language.base import Encoder
from shelfwise.retrieval.labels import Labels
from shelfwise.settings import Settings
from shelfwise.understanding.intent.head import IntentHead
from shelfwise.understanding.intent.heads import intent_head
from shelfwise.understanding.rewrite.rewriter import Rewriter
from shelfwise.understanding.tagging.base import Tagger
from shelfwise.understanding.tagging.training import CARD, open_tagger

TAGGER: Final = "models/tagger"  # in the shop's folder


@dataclass(frozen=True, slots=True)
class Beside:
    """Settings and names, the merchant's synonyms (a file that need not exist), and models where the shop has them."""

    settings: Settings
    labels: Labels
    synonyms: Path
    intent: IntentHead | None = None
    tagger: Tagger | None = None
    rewriter: Rewriter | None = None


def beside_of(
    folder: Path, settings: Settings, labels: Labels, encoder: Encoder | None, rewriter: Rewriter | None
) -> Beside:
    """What lies in a shop's folder beside its generations. Raises CorruptIndexError for a model that cannot be read."""
    tagger = open_tagger(folder / TAGGER) if (folder / TAGGER / CARD).is_file() else None
    return Beside(settings, labels, folder / settings.search.synonyms, intent_head(folder, encoder), tagger, rewriter)
