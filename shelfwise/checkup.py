"""What `shelfwise doctor` looks at: the machine, then the shop, from the ground up."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from shelfwise.errors import ShelfwiseError
from shelfwise.shop import Shop

FREE_SPACE = 2_000_000_000  # bytes; a generation, its successor and the encoder fit in it
BEHIND = 0.1  # share of the catalogue changed since the index was built from which it is better built anew
REBUILD = "Index again: shelfwise index"
RETRAIN = "Train it again (shelfwise train intent, shelfwise train tagger), or remove its folder."
REFIT = "Fit again: shelfwise recommend fit"
RESTORE_EVENTS = "Put the file of your last backup in its place, or remove it: the shop goes on with an empty log."
RESTORE = "Put the file of your last backup in its place, or remove it and import your feeds again."


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at; `remedy` is empty when there is nothing to do."""

    part: str
    state: Literal["good", "warning", "bad"]
    found: str
    remedy: str = ""


def check(folder: Path) -> list[Finding]:
    """All findings about this machine and the shop in a folder; never raises for what it finds."""
    findings = list(_machine(folder))
    try:
        with Shop.open(folder) as shop:
            for look in (_catalogue, _encoder, _generations, _index, _models, _events, _recommendations):
                findings += _looked(look, shop)
    except ShelfwiseError as error:
        findings.append(Finding("shop", "bad", error.message, error.hint))
    return findings


def _looked(look: Callable[[Shop], Iterator[Finding]], shop: Shop) -> list[Finding]:
    try:
        return list(look(shop))
    except ShelfwiseError as error:
        return [Finding(look.__name__.strip("_"), "bad", error.message, error.hint)]


def _machine(folder: Path) -> Iterator[Finding]:
    version = sys.version.split()[0]
    yield Finding("python", "good", f"{version}, {os.cpu_count()} cores")
    place = folder if folder.exists() else Path()
    free = shutil.disk_usage(place).free
    state: Literal["good", "warning"] = "good" if free >= FREE_SPACE else "warning"
    remedy = "" if state == "good" else "Free some space before the next index."
    yield Finding("disk", state, f"{free / 1e9:.1f} GB free", remedy)
    if not os.access(place, os.W_OK):
        yield Finding("folder", "bad", f"{place} cannot be written to", "Give this user the right to write there.")


def _catalogue(shop: Shop) -> Iterator[Finding]:
    damage = shop.catalog.store.damage()
    if damage:
        yield Finding("catalogue", "bad", "; ".join(damage[:3]), RESTORE)
    elif count := shop.catalog.store.count():
        yield Finding("catalogue", "good", f"{count:,} products")
    else:
        yield Finding("catalogue", "warning", "no products", "Bring some in: shelfwise import FEED")


def _encoder(shop: Shop) -> Iterator[Finding]:
    encoder = shop.encoder()
    if encoder is None:
        yield Finding("encoder", "warning", "none: search is by words only", 'Set encoder.kind = "default".')
        return
    vector = encoder.encode(["hello 你好"], "query")
    yield Finding("encoder", "good", f"{encoder.name}, {vector.shape[1]} dimensions")


def _generations(shop: Shop) -> Iterator[Finding]:
    for name, damage in shop.generations.damage().items():
        if damage:
            yield Finding(f"generation {name}", "bad", "; ".join(damage[:3]), REBUILD)
        else:
            products = shop.generations.get(name).manifest.products
            yield Finding(f"generation {name}", "good", f"{products:,} products, whole")


def _index(shop: Shop) -> Iterator[Finding]:
    status = shop.status()
    problems = status["problems"]
    damaged = _damaged(shop).values()
    if isinstance(problems, list) and (wrong := [one for one in map(str, problems) if one not in damaged]):
        yield Finding("index", "bad", "; ".join(wrong), REBUILD)
        return
    if status["outdated"]:
        yield Finding("index", "warning", f"built with another {_listed(status['outdated'])}", REBUILD)
    searcher = shop.searcher()
    changes = searcher.revision - searcher.generation.manifest.revision
    products = max(searcher.generation.manifest.products, 1)
    state: Literal["good", "warning"] = "warning" if changes > BEHIND * products else "good"
    remedy = "Index again, so that the next start is quick: shelfwise index" if state == "warning" else ""
    yield Finding("index", state, f"{changes:,} changes since generation {searcher.generation.name}", remedy)


def _models(shop: Shop) -> Iterator[Finding]:
    for step, problem in _damaged(shop).items():
        yield Finding(f"model of {step}", "bad", problem, RETRAIN)


def _events(shop: Shop) -> Iterator[Finding]:
    if not shop.audience.begun:
        yield Finding("events", "good", "none yet")
    elif damage := shop.audience.log.damage():
        yield Finding("events", "bad", "; ".join(damage[:3]), RESTORE_EVENTS)
    else:
        yield Finding("events", "good", f"{shop.audience.log.count():,} events")


def _recommendations(shop: Shop) -> Iterator[Finding]:
    if shop.recommender.fitted.numbered.current() is None:
        yield Finding("recommendations", "good", "nothing was fitted: they come of the catalogue and the newest events")
        return
    opened = shop.recommender.kept()
    for part, problem in opened.damaged.items():
        yield Finding("recommendations", "bad", f"{part}: {problem}", REFIT)
    if (fitted := opened.fitted) is None:
        return
    changes = shop.catalog.store.revision() - fitted.revision
    generators = f"generation {fitted.name}, {len(opened.generators)} generators"
    if changes < 0:
        yield Finding("recommendations", "warning", f"{generators}: fitted on another catalogue", REFIT)
    elif changes > BEHIND * max(fitted.products, 1):
        said = f"{generators}: {changes:,} changes of the catalogue since"
        yield Finding("recommendations", "warning", said, REFIT)
    else:
        yield Finding("recommendations", "good", f"{generators}, {fitted.events:,} events")


def _damaged(shop: Shop) -> Mapping[str, str]:
    """Models of the shop's own that cannot be read; none while the shop cannot be searched for another reason."""
    return shop.searcher().damaged if shop.ready() else {}


def _listed(names: object) -> str:
    return ", ".join(map(str, names)) if isinstance(names, list) else str(names)
