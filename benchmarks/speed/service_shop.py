"""The shop that the service is measured on: the demo shop at any size, built once and kept for later runs.

Products and vectors depend on the settings alone and are kept as long as these stay the same; the index depends on the
program too, and is built again when that has changed. An interrupted build goes on where it was.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from benchmarks.speed.compare import Say
from benchmarks.speed.engines import ROOT, size_of
from shelfwise.encoders import VECTORS
from shelfwise.retrieval.document import encoder_text
from shelfwise.shop import DATABASE, Shop
from shelfwise.simulate import demo_labels, demo_products, demo_synonyms
from shelfwise.types import Product

ENCODERS = {"default": "default", "light": "fake"}  # --vectors → encoder.kind
BATCH = 2_000
ABOUT = "about.json"
SHAPING = ("catalog", "language", "retrieval", "indexing.py", "shop.py", "types.py")  # code that shapes an index


@dataclass(frozen=True)
class ShopSpec:
    """What the shop is made of. vectors: "default" (the real language model) or "light" (hashed words)."""

    products: int
    vectors: str
    seed: int

    def folder(self, out: Path) -> Path:
        """Where this shop is kept."""
        return out / "service" / f"{self.products}-{self.vectors}-{self.seed}"

    def catalogue(self) -> Iterator[Product]:
        """Its products."""
        return demo_products(self.seed, self.products)


def built(spec: ShopSpec, out: Path, say: Say) -> tuple[Path, dict[str, Any]]:
    """The shop's folder, and what building took: seconds of each step and MB on disk."""
    folder = spec.folder(out)
    shop, about = folder / "shop", _read(folder / ABOUT)
    program = program_digest()
    if about.get("program") == program:
        return shop, about
    if "store_seconds" not in about:
        about["store_seconds"] = _stored(spec, shop, say)
        _write(folder / ABOUT, about)
    if about.get("encoded") != program:
        whole = not (shop / VECTORS).exists()
        seconds = _encoded(spec, shop, say)
        if whole:  # else only what an earlier run left out
            about["encode_seconds"] = seconds
        about["encoded"] = program
        _write(folder / ABOUT, about)
    say(f"indexing {spec.products:,} products")
    start = time.perf_counter()
    with Shop.open(shop) as opened:
        opened.index()
    about |= {"index_seconds": time.perf_counter() - start, "program": program}
    about |= {"index_mb": size_of(shop / "index"), "catalogue_mb": (shop / DATABASE).stat().st_size / 1e6}
    _write(folder / ABOUT, about)
    return shop, about


def program_digest() -> str:
    """A digest of the code that shapes an index."""
    found = hashlib.blake2b(digest_size=8)
    for name in SHAPING:
        path = ROOT / "shelfwise" / name
        for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            found.update(file.read_bytes())
    return found.hexdigest()


def _stored(spec: ShopSpec, folder: Path, say: Say) -> float:
    say(f"writing {spec.products:,} products into a catalogue")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / "labels.toml").write_text(demo_labels(spec.seed, spec.products), "utf-8")
    (folder / "synonyms.txt").write_text(demo_synonyms(), "utf-8")
    start = time.perf_counter()
    with Shop.create(folder, {"encoder.kind": ENCODERS[spec.vectors]}) as shop:
        for batch in _batches(spec):
            shop.upsert(batch)
    return time.perf_counter() - start


def _encoded(spec: ShopSpec, folder: Path, say: Say) -> float:
    """Vectors of all products into the shop's cache; the seconds for those that were not there."""
    start, done = time.perf_counter(), 0
    with Shop.open(folder) as shop:
        encoder = shop.encoder()
        for batch in _batches(spec):
            if encoder is not None:
                encoder.encode([encoder_text(product) for product in batch], "product")
            done += len(batch)
            if done % 10_000 == 0:
                say(f"{done:,} vectors after {time.perf_counter() - start:.0f} s")
    return time.perf_counter() - start


def _batches(spec: ShopSpec) -> Iterator[list[Product]]:
    products = spec.catalogue()
    while batch := list(islice(products, BATCH)):
        yield batch


def _read(file: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(file.read_text()) if file.exists() else {}
    return found


def _write(file: Path, about: dict[str, Any]) -> None:
    file.write_text(json.dumps(about, indent=1))
