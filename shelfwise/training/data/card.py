"""The data card: what a model learned from, for people and for programs."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from importlib import resources
from typing import Any

from shelfwise.training.data.statistics import Lengths, Statistics
from shelfwise.training.data.ties import By


@dataclass(frozen=True, slots=True)
class Card:
    """What went in, what was removed on the way, what came out.

    data: a hash of all examples that came out, whatever their order (`fingerprint`). found: examples by source before
    anything was removed. removed: what cleaning and deduplication removed, cut or regraded, by reason. left_out:
    examples in no part, because they would have tied parts together. parts: figures of train, valid and test.
    """

    data: str
    seed: int
    by: By
    shares: Mapping[str, float]
    found: Mapping[str, int]
    removed: Mapping[str, int]
    left_out: int
    parts: Mapping[str, Statistics]
    notes: tuple[str, ...]

    @property
    def limits(self) -> Mapping[str, str]:
        """What each source that took part cannot teach."""
        return {source: text for source, text in _limits().items() if source in self.found}

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self) | {"limits": dict(self.limits)}

    def to_markdown(self) -> str:
        """The card as a page."""
        return "\n".join(
            [
                "# Data card",
                "",
                f"Data `{self.data[:16]}`, seed {self.seed}, split by {self.by}.",
                "",
                "## Parts",
                "",
                *_table(("", *self.parts), _rows(self.parts)),
                "",
                "## From the sources to the parts",
                "",
                *_table(("", "examples"), [*((f"found: {name}", n) for name, n in self.found.items()), _left(self)]),
                "",
                *(_table(("removed or mended", "times"), list(self.removed.items())) if self.removed else ()),
                "",
                *(f"- {note}" for note in self.notes),
                "",
                "## Known limits",
                "",
                *(f"- **{source}**: {text}" for source, text in self.limits.items()),
                "",
            ]
        )


def _left(card: Card) -> tuple[str, int]:
    return "left out of the parts because they share a text with an earlier one", card.left_out


def _rows(parts: Mapping[str, Statistics]) -> list[tuple[str, *tuple[Any, ...]]]:
    each = list(parts.values())
    return [
        ("examples", *(part.examples for part in each)),
        ("texts", *(part.texts for part in each)),
        ("positives / negatives", *(f"{part.positives:,} / {part.negatives:,}" for part in each)),
        ("examples without a positive", *(part.without_positive for part in each)),
        ("groups", *(part.groups for part in each)),
        ("sources", *(_listed(part.sources) for part in each)),
        ("languages of queries", *(_listed(part.query_languages) for part in each)),
        ("languages of texts", *(_listed(part.text_languages) for part in each)),
        ("grades", *(_listed(part.grades) for part in each)),
        ("query, words (median, 95%, most)", *(_sizes(part.queries) for part in each)),
        ("text, words (median, 95%, most)", *(_sizes(part.answers) for part in each)),
        ("hash", *(f"`{part.data[:12]}`" for part in each)),
    ]


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in counts.items())


def _sizes(lengths: Lengths) -> str:
    return ", ".join(f"{size:,}" for size in lengths.words)


def _table(head: tuple[str, ...], rows: list[tuple[Any, ...]]) -> list[str]:
    lines = [head, tuple("---" for _ in head), *rows]
    return ["| " + " | ".join(f"{cell:,}" if isinstance(cell, int) else cell for cell in line) + " |" for line in lines]


@cache
def _limits() -> dict[str, str]:
    text = (resources.files("shelfwise.training.data") / "limits.toml").read_text("utf-8")
    return {source: str(limit) for source, limit in tomllib.loads(text).items()}
