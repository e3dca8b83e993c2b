"""What the demo shop can sell: kinds of products, brands and words, read from the data files beside this module.

A kind (`data/kinds_*.toml`) has these fields:

- path: category names from the root; weight: its share of the catalogue; draw: its shape in `data/pictures.toml`
- price: lowest and highest in yuan before `scale` (price factors that run parallel to a fact's values) is applied
- makes: which brands make it; letter: the first letters of its model numbers (none: it has no model number)
- title: the style of title (`data/text.toml`); fancy: colours go by their makers' names
- fits: it is an accessory of that kind and names one of its products
- nouns, lines, marks, openers: [Chinese, English] pairs; lines and marks make a product's name; the third part of a
  line, "fact=value", is true of all its products
- points: [Chinese, English, Chinese sentence, English sentence, condition]; condition is "fact=value|value"
- facts: key → values, {from, to, step}, or {by, of}: the value that goes with the value of another fact
- words: like {by, of} facts, but only for use in texts
- spec: the facts that a title names ("Chinese | English" where they differ by more than commas)
- siblings: the fact in which separate products of one family differ; variants: the fact in which variants differ
- aspects: what reviews speak of (`data/reviews.toml`)
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, TypeAlias

Pair: TypeAlias = tuple[str, str]  # Chinese, English
FactValue: TypeAlias = str | float | bool

KINDS = ("phones", "computers", "home", "wear", "family")


@dataclass(frozen=True, slots=True)
class Brand:
    """A maker. `level` multiplies prices."""

    key: str
    en: str
    zh: str
    code: str
    level: float
    makes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Fact:
    """A typed property and its possible values; with `by`, the value has the same place as that of another fact."""

    values: tuple[FactValue, ...]
    by: str | None = None


@dataclass(frozen=True, slots=True)
class Point:
    """A selling point: a few words for titles, a sentence for descriptions, and when it may be claimed."""

    words: Pair
    sentence: Pair
    fact: str = ""
    allowed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Kind:
    """Everything known about one kind of product; see the module's text for the fields."""

    key: str
    path: tuple[str, ...]
    weight: float
    draw: str
    price: tuple[float, float]
    title: str
    makes: str
    letter: str
    fancy: bool
    fits: str | None
    nouns: tuple[Pair, ...]
    lines: tuple[Pair, ...]
    marks: tuple[Pair, ...]
    openers: tuple[Pair, ...]
    points: tuple[Point, ...]
    facts: Mapping[str, Fact]
    words: Mapping[str, tuple[str, tuple[Pair, ...]]]
    spec: Pair
    siblings: str
    variants: str | None
    scale: Mapping[str, tuple[float, ...]]
    aspects: tuple[str, ...]
    line_facts: Mapping[str, tuple[str, str]]

    @property
    def dear(self) -> bool:
        """Whether it may cost 1,000 yuan or more."""
        return self.price[1] >= 1000


def load(name: str) -> dict[str, Any]:
    """A data file of this room, by its name without the ending."""
    return tomllib.loads((files("shelfwise.simulate") / "data" / f"{name}.toml").read_text("utf-8"))


@cache
def kinds() -> Mapping[str, Kind]:
    """All kinds by key, devices before the accessories that name them."""
    found = [_kind(key, raw) for name in KINDS for key, raw in load(f"kinds_{name}").items()]
    found.sort(key=lambda kind: kind.fits is not None)
    return {kind.key: kind for kind in found}


@cache
def brands() -> Mapping[str, Brand]:
    """All brands by key."""
    return {
        key: Brand(key, raw["en"], raw["zh"], raw["code"], raw["level"], tuple(raw["makes"]))
        for key, raw in load("brands")["brand"].items()
    }


@cache
def values() -> Mapping[str, Mapping[str, Any]]:
    """Attribute names, units, and the Chinese of every text value, by section."""
    return load("values")


def _kind(key: str, raw: Mapping[str, Any]) -> Kind:
    low, high = raw["price"]
    spec_zh, _, spec_en = raw["spec"].partition(" | ")
    return Kind(
        key=key,
        path=tuple(raw["path"]),
        weight=raw["weight"],
        draw=raw["draw"],
        price=(low, high),
        title=raw["title"],
        makes=raw["makes"],
        letter=raw.get("letter", ""),
        fancy=raw.get("fancy", False),
        fits=raw.get("fits"),
        nouns=_pairs(raw["nouns"]),
        lines=_pairs([line[:2] for line in raw.get("lines", ())]),
        line_facts={line[0]: _equation(line[2]) for line in raw.get("lines", ()) if len(line) > 2},
        marks=_pairs(raw.get("marks", [["", ""]])),
        openers=_pairs(raw["openers"]),
        points=tuple(_point(point) for point in raw["points"]),
        facts={name: _fact(fact) for name, fact in raw["facts"].items()},
        words={
            name: (word["by"], tuple(zip(word["zh"], word["en"], strict=True)))
            for name, word in raw.get("words", {}).items()
        },
        spec=(spec_zh, spec_en or spec_zh.replace("} ", "}, ").replace("+", " + ")),
        siblings=raw["siblings"],
        variants=raw.get("variants"),
        scale={name: tuple(factors) for name, factors in raw.get("scale", {}).items()},
        aspects=tuple(raw["aspects"]),
    )


def _pairs(raw: Any) -> tuple[Pair, ...]:
    return tuple((zh, en) for zh, en in raw)


def _point(raw: list[str]) -> Point:
    fact, allowed = _equation(raw[4]) if len(raw) > 4 else ("", "")
    return Point((raw[0], raw[1]), (raw[2], raw[3]), fact, tuple(allowed.split("|")))


def _equation(text: str) -> tuple[str, str]:
    fact, _, value = text.partition("=")
    return fact, value


def _fact(raw: Any) -> Fact:
    if isinstance(raw, list):
        return Fact(tuple(raw))
    if "by" in raw:
        return Fact(tuple(raw["of"]), raw["by"])
    steps = round((raw["to"] - raw["from"]) / raw["step"])
    return Fact(tuple(round(raw["from"] + i * raw["step"], 3) for i in range(steps + 1)))
