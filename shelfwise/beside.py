"""What a shop has beside its generations, and what each of them is opened with."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from shelfwise.retrieval.labels import Labels
from shelfwise.settings import Settings
from shelfwise.understanding.intent.head import IntentHead
from shelfwise.understanding.rewrite.rewriter import Rewriter


@dataclass(frozen=True, slots=True)
class Beside:
    """Settings and names, the merchant's synonyms (a file that need not exist), a head for intents, a rewriter."""

    settings: Settings
    labels: Labels
    synonyms: Path
    intent: IntentHead | None = None
    rewriter: Rewriter | None = None
