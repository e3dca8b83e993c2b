"""The Office data of MiniOneRec: products with text, histories, and what came after each.

A folder holds NAME.item.json (products with title, brand, description) and NAME_valid.csv (user_id, history_item_id,
item_id). Histories alone are learnt from, never what came after.
"""

from __future__ import annotations

import ast
import csv
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

import numpy as np
from scipy import sparse

from shelfwise.evaluation.recommend import Truth
from shelfwise.language.encoders.registry import open_encoder
from shelfwise.recommend.generators.content import labelled
from shelfwise.recommend.interactions import Interactions
from shelfwise.recommend.offline import Task, leave_one_out
from shelfwise.types import Bool, Float32, Product

HELD: Final = 5  # every fifth product is held out


@dataclass(frozen=True, slots=True)
class Asked:
    """A shopper's history, the oldest first, and what came after."""

    shopper: str
    history: tuple[str, ...]
    target: str


def read(folder: Path, name: str) -> tuple[list[Product], list[Asked], list[tuple[str, ...]]]:
    """Products, what is asked, and each shopper's longest history."""
    raw = json.loads((folder / f"{name}.item.json").read_text("utf-8"))
    products = [Product(id, each["title"], brand=each.get("brand") or None) for id, each in raw.items()]
    asked, longest = [], dict[str, tuple[str, ...]]()
    with (folder / f"{name}_valid.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            history = tuple(map(str, ast.literal_eval(row["history_item_id"])))
            asked.append(Asked(row["user_id"], history, row["item_id"]))
            longest[row["user_id"]] = max(longest.get(row["user_id"], ()), history, key=len)
    return products, asked, [*longest.values()]


@dataclass(frozen=True, slots=True)
class Office:
    """Products' vectors and brands, histories with what came after each, and each shopper's longest history."""

    ids: tuple[str, ...]
    vectors: Float32
    brands: sparse.csr_matrix
    asked: list[tuple[list[int], int]]
    longest: list[tuple[list[int], int]]

    @classmethod
    def of(cls, folder: Path, name: str, model: str) -> Self:
        products, asked, _ = read(folder, name)
        vectors = open_encoder(model, Path()).encode([f"{p.title} {p.brand or ''}" for p in products], "product")
        place, codes = {p.id: at for at, p in enumerate(products)}, dict[str, int]()
        brands = {p.id: [codes.setdefault(p.brand, len(codes))] if p.brand else [] for p in products}
        pairs = [(once([place[id] for id in one.history]), place[one.target]) for one in asked]
        longest: dict[str, tuple[list[int], int]] = {}
        for one, pair in zip(asked, pairs, strict=True):
            longest[one.shopper] = max(longest.get(one.shopper, pair), pair, key=lambda each: len(each[0]))
        ids = tuple(place)
        return cls(ids, vectors, labelled(brands, ids), pairs, [*longest.values()])

    def cold(self, held: str, seed: int) -> Iterator[tuple[Task, Bool]]:
        """Five tasks: a fifth of the products each is held out of all histories, and asked for; and which these are.

        Asked is after a shopper's longest history only: after a shorter one, its own shopper's later touches would be
        in the training. valid: the first fifth is left out of everything, the others are parted into five.
        """
        order = np.random.default_rng(seed).permutation(len(self.ids))
        cut = len(order) // HELD if held == "valid" else 0
        asked = [(own[:-1], own[-1]) if held == "valid" else (own, target) for own, target in self.longest]
        for fold in range(HELD):
            among, keep = np.zeros(len(order), np.bool_), np.ones(len(order), np.bool_)
            among[order[cut + fold :: HELD]] = True
            keep[order[:cut]] = False
            keep &= ~among
            train = Interactions.of_codes([[code for code in own if keep[code]] for own, _ in self.longest], self.ids)
            pairs = [([code for code in own if keep[code]], target) for own, target in asked if among[target]]
            pairs = [pair for pair in pairs if pair[0]]
            truth = Truth.of_one(np.array([target for _, target in pairs], np.int32))
            yield Task(train, Interactions.of_codes([own for own, _ in pairs], self.ids), truth), among

    def warm(self, held: str) -> Task:
        """The last touch of each shopper, or the one before; each product once, as it is last touched."""
        lists = [own if target in own else [*own, target] for own, target in self.longest]
        return leave_one_out(Interactions.of_codes(lists, self.ids), "valid" if held == "valid" else "test")


def once(history: Sequence[int]) -> list[int]:
    return list(dict.fromkeys(reversed(history)))[::-1]
