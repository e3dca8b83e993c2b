"""The intents that a query may have, read from data/taxonomy.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

from shelfwise.types import Locale

FOLDER: Final = Path(__file__).with_name("data")
SURE: Final = 0.6  # how probable an intent must be before anything follows from it
OUT_OF_SCOPE: Final = "out_of_scope"


@dataclass(frozen=True, slots=True)
class Intent:
    """What a query may ask for.

    label: its name for people, by language. description: what belongs to it, and the rule where two intents meet.
    search: products answer it. send_to: the page where the shopper is sent when they do not ("orders", "shipping",
    "returns", "payment", "account", "contact"); empty when there is no page for it.
    """

    name: str
    label: Mapping[Locale, str]
    description: str
    search: bool
    send_to: str = ""


def probable(given: Mapping[str, float]) -> Intent | None:
    """The most probable of intents with their probabilities, if it is probable enough and known."""
    name, probability = max(given.items(), key=lambda item: item[1], default=("", 0.0))
    return taxonomy().get(name) if probability >= SURE else None


@cache
def taxonomy() -> Mapping[str, Intent]:
    """Every intent by its name, in the order of the file.

    >>> taxonomy()["order_status"].search, taxonomy()["order_status"].label["zh"]
    (False, '订单')
    """
    tables = tomllib.loads((FOLDER / "taxonomy.toml").read_text("utf-8"))
    return MappingProxyType({name: _intent(name, table) for name, table in tables.items()})


def _intent(name: str, table: Mapping[str, str | bool]) -> Intent:
    label: dict[Locale, str] = {"en": str(table["en"]), "zh": str(table["zh"])}
    return Intent(name, MappingProxyType(label), str(table["about"]), bool(table["search"]), str(table["send_to"]))
