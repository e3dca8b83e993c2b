"""The numbers behind a profile: weights of events, half-lives, limits (rules.toml says why)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("rules.toml")


@dataclass(frozen=True, slots=True)
class Rules:
    """One field a section of rules.toml.

    weights: kind of event → points for its product. half_life: field → days. satisfaction: what happened → (how happy
    from 0 to 1, weight); `answer_minutes` stands apart.
    """

    weights: Mapping[str, float]
    half_life: Mapping[str, float]
    interests: Mapping[str, float]
    limits: Mapping[str, int]
    sessions: Mapping[str, float]
    stage: Mapping[str, float]
    satisfaction: Mapping[str, tuple[float, float]]
    answer_minutes: float

    @classmethod
    def of(cls, sections: Mapping[str, Mapping[str, Any]]) -> Rules:
        """The rules of a parsed file."""
        moods = dict(sections["satisfaction"])
        minutes = moods.pop("answer_minutes")
        pairs = {name: (float(value), float(weight)) for name, (value, weight) in moods.items()}
        rest = {name: section for name, section in sections.items() if name != "satisfaction"}
        return cls(**rest, satisfaction=pairs, answer_minutes=minutes)


@lru_cache(maxsize=1)
def default_rules() -> Rules:
    """The rules that come with Shelfwise.

    >>> weights = default_rules().weights
    >>> weights["view"] < weights["click"] < weights["favourite"] < weights["cart"] < weights["purchase"]
    True
    """
    return Rules.of(tomllib.loads(FILE.read_text("utf-8")))
