"""The contract of recipes: typed settings with defaults that work, from a file and flags."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Literal, TypeVar

from pydantic import Field, ValidationError

from shelfwise.errors import SettingsError
from shelfwise.settings import Section

Precision = Literal["auto", "fp32", "bf16", "fp16"]
RATES: Final = {"full": 5e-5, "lora": 5e-4, "adalora": 1e-3, "prefix": 5e-3, "bottleneck": 5e-4, "frozen": 1e-3}


class Recipe(Section):
    """What every recipe says. A recipe file is TOML with these names; flags win over it.

    base: "default" (multilingual-e5-small), "minilm", NAME or NAME@VERSION of the shop, a folder, or a name on a hub.
    rate: of learning; none: what suits the method. evaluations: how often an epoch the validation part is measured;
    patience: after how many without an improvement training stops (0: never). batch: examples a step; accumulate:
    steps whose gradients are added up before the weights move; checkpointing: less memory, a third more time.
    """

    base: str = "default"
    method: Literal["full", "lora", "adalora", "prefix", "bottleneck", "frozen"] = "full"
    rank: int = Field(default=16, ge=1, le=512, description="lora, adalora")
    epochs: float = Field(default=3.0, gt=0, le=1000)
    batch: int = Field(default=32, ge=1)
    accumulate: int = Field(default=1, ge=1)
    rate: float | None = Field(default=None, gt=0, lt=1)
    schedule: Literal["linear", "cosine", "constant_with_warmup"] = "linear"
    warmup: float = Field(default=0.1, ge=0, lt=1, description="share of all steps")
    decay: float = Field(default=0.01, ge=0)
    clip: float = Field(default=1.0, gt=0)
    precision: Precision = "auto"
    checkpointing: bool = False
    max_tokens: int = Field(default=128, ge=8, le=512)
    words: bool = Field(default=False, description="full: the table of words learns too")
    evaluations: int = Field(default=1, ge=1, description="an epoch")
    patience: int = Field(default=3, ge=0)
    seed: int = Field(default=0, ge=0)
    trackers: tuple[str, ...] = ("jsonl",)

    @property
    def learning_rate(self) -> float:
        """The rate that is meant."""
        return self.rate if self.rate is not None else RATES[self.method]

    def method_settings(self) -> dict[str, Any]:
        """What the method is built with."""
        if self.method in ("lora", "adalora"):
            return {"rank": self.rank}
        return {"words": self.words} if self.method == "full" else {}


R = TypeVar("R", bound=Recipe)


def read_recipe(kind: type[R], file: Path | None = None, flags: Mapping[str, Any] | None = None) -> R:
    """A recipe out of a TOML file, with flags over it (None is no flag).

    >>> from shelfwise.training.recipes.base import Recipe
    >>> read_recipe(Recipe, flags={"method": "lora", "epochs": None}).learning_rate
    0.0005

    Raises:
        SettingsError: no TOML, an unknown name (the nearest one is named) or a value out of range.
    """
    values: dict[str, Any] = {}
    if file is not None:
        try:
            values = tomllib.loads(file.read_text("utf-8"))
        except OSError as error:
            raise SettingsError(f"{file}: cannot be read: {error.strerror}.") from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise SettingsError(f"{file}: not TOML: {error}.") from error
    values |= {name: value for name, value in (flags or {}).items() if value is not None}
    try:
        return kind(**values)
    except ValidationError as error:
        raise SettingsError(f"{file or 'recipe'}: {_explain(error, kind)}") from error


def _explain(error: ValidationError, kind: type[Recipe]) -> str:
    first = error.errors()[0]
    name = ".".join(map(str, first["loc"]))
    if first["type"] != "extra_forbidden":
        return f"{name}: {first['msg']}; found {first['input']!r}."
    near = difflib.get_close_matches(name, kind.model_fields, 1, 0.4)
    known = f"Did you mean {near[0]!r}?" if near else f"Known: {', '.join(kind.model_fields)}."
    return f"unknown name {name}. {known}"
