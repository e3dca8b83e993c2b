"""What a shop has beside its generations, and what each of them is opened with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from shelfwise.errors import CorruptIndexError
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
    """Settings and names, the merchant's synonyms (a file that need not exist), and models where the shop has them.

    damaged: step of understanding → what is wrong with the shop's own model of it, which is not used.
    """

    settings: Settings
    labels: Labels
    synonyms: Path
    intent: IntentHead | None = None
    tagger: Tagger | None = None
    rewriter: Rewriter | None = None
    damaged: Mapping[str, str] = field(default_factory=dict)


def beside_of(
    folder: Path, settings: Settings, labels: Labels, encoder: Encoder | None, rewriter: Rewriter | None
) -> Beside:
    """What lies in a shop's folder beside its generations. A model that cannot be read is left out and named in
    `damaged`."""
    damaged: dict[str, str] = {}
    tagger = None
    if (folder / TAGGER / CARD).is_file():
        try:
            tagger = open_tagger(folder / TAGGER)
        except CorruptIndexError as error:
            damaged["tagging"] = error.message
    intent = intent_head(folder, encoder, lambda problem: damaged.__setitem__("intent", problem))
    return Beside(settings, labels, folder / settings.search.synonyms, intent, tagger, rewriter, damaged)
