"""Families: products that a maker would list together, alike in all but one fact."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from shelfwise.simulate.specs import Brand, FactValue, Kind, Pair, Point, brands

NOTHING: Pair = ("", "")
NUMBERS = ("", "2", "3", "5", "7", "8", "10", "12", "20", "30")


@dataclass(frozen=True, slots=True)
class Device:
    """What an accessory is made for: its name in both languages, and its facts."""

    name: Pair
    facts: Mapping[str, FactValue]


@dataclass(frozen=True, slots=True)
class Family:
    """What siblings share. `price` is that of scale 1; `english` says in which language the seller writes first."""

    kind: Kind
    brand: Brand
    line: Pair
    mark: Pair
    model: str
    facts: Mapping[str, FactValue]
    siblings: tuple[FactValue, ...]
    points: tuple[Point, ...]
    price: float
    released: datetime
    quality: float
    english: bool
    device: Device | None

    @property
    def name(self) -> Pair:
        """Line and mark together: "星云5 Pro", "Nebula 5 Pro"."""
        return self.line[0] + self.mark[0], self.line[1] + self.mark[1]

    def as_device(self) -> Device:
        """The family as accessories name it."""
        name = self.name
        return Device((f"{self.brand.zh}{name[0]}", f"{self.brand.en} {name[1]}"), self.facts)


def families(kind: Kind, devices: tuple[Device, ...], reference: datetime, rng: Random) -> Iterator[Family]:
    """Endless families of one kind."""
    makers = [brand for brand in brands().values() if kind.makes in brand.makes]
    names: set[tuple[str, str]] = set()
    number = rng.randrange(1000, 1400)
    bags: dict[str, list[FactValue]] = {}
    while True:
        brand = rng.choice(makers)
        line, mark = _name(kind, brand, names, rng)
        number += rng.randrange(3, 40)
        device = _device(devices, rng) if kind.fits else None
        facts = _facts(kind, line, device, bags, rng)
        low, high = (math.log(bound) for bound in kind.price)
        yield Family(
            kind=kind,
            brand=brand,
            line=line,
            mark=mark,
            model=f"{brand.code}-{kind.letter}{number}" if kind.letter else f"{brand.code}{number}",
            facts=facts,
            siblings=_siblings(kind, facts, rng),
            points=_points(kind, facts, rng),
            price=math.exp(rng.triangular(low, high)) * brand.level,
            released=_released(reference, rng),
            quality=rng.gauss(4.45, 0.35),
            english=rng.random() < 0.12,
            device=device,
        )


def _name(kind: Kind, brand: Brand, taken: set[tuple[str, str]], rng: Random) -> tuple[Pair, Pair]:
    """A line and mark that this brand does not use yet; after 40 tries one that it uses already."""
    if not kind.lines:
        return NOTHING, NOTHING
    if kind.title == "book":
        return rng.choice(kind.lines), NOTHING
    for _ in range(40):
        (zh, en), mark = rng.choice(kind.lines), rng.choice(kind.marks)
        number = "" if mark[0][1:2].isdigit() else rng.choice(NUMBERS)
        line = (f"{zh}{number}", f"{en} {number}".strip())
        if (brand.key, line[0] + mark[0]) not in taken:
            break
    taken.add((brand.key, line[0] + mark[0]))
    return line, mark


def _device(devices: tuple[Device, ...], rng: Random) -> Device:
    """One in four accessories is for the first two devices, which everybody has; the others share the rest."""
    return rng.choice(devices[:2] if rng.random() < 0.25 else devices)


def _facts(
    kind: Kind, line: Pair, device: Device | None, bags: dict[str, list[FactValue]], rng: Random
) -> dict[str, FactValue]:
    """A value of each fact, drawn from a bag that is refilled when it is empty: every value occurs as often."""
    facts: dict[str, FactValue] = {}
    for key, fact in kind.facts.items():
        if fact.by is None:
            bag = bags.setdefault(key, [])
            if not bag:
                bag += rng.sample(fact.values, len(fact.values))
            facts[key] = bag.pop()
    if line[0] in kind.line_facts:
        facts |= [kind.line_facts[line[0]]]
    if device is not None:
        facts |= {key: device.facts[key] for key in facts if key in device.facts and key == "band_width"}
    return facts


def complete(kind: Kind, facts: Mapping[str, FactValue]) -> dict[str, FactValue]:
    """The facts in the kind's order, with those that depend on others."""
    done = dict(facts)
    for key, fact in kind.facts.items():
        if fact.by is not None:
            done[key] = fact.values[kind.facts[fact.by].values.index(done[fact.by])]
    return {key: done[key] for key in kind.facts}


def _siblings(kind: Kind, facts: Mapping[str, FactValue], rng: Random) -> tuple[FactValue, ...]:
    others = [value for value in kind.facts[kind.siblings].values if value != facts[kind.siblings]]
    how_many = min(len(others), rng.choice((0, 0, 1, 1, 2, 3)))
    return (facts[kind.siblings], *rng.sample(others, how_many))


def _points(kind: Kind, facts: Mapping[str, FactValue], rng: Random) -> tuple[Point, ...]:
    """Three points that may be claimed of every sibling."""
    whole = complete(kind, facts)
    told = {key: "*" if key == kind.siblings else str(value) for key, value in whole.items()}
    open_to = [point for point in kind.points if not point.fact or told[point.fact] in point.allowed]
    return tuple(rng.sample(open_to, min(3, len(open_to))))


def _released(reference: datetime, rng: Random) -> datetime:
    """Most products are some months old, one in eight is from the last twelve weeks."""
    days = rng.randrange(3, 85) if rng.random() < 0.125 else rng.randrange(85, 1100)
    return reference - timedelta(days=days)
