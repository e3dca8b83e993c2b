"""What profiles need to know of products."""

from __future__ import annotations

import dataclasses
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from shelfwise.types import Float32


@dataclass(frozen=True, slots=True)
class Facts:
    """A product as a profile sees it. `category` is a path from the root, `band` where its price lies among those of
    its category (prices.py), `attributes` texts by field ("attributes.color"), `vector` a unit row of the encoder;
    None or empty: not known.
    """

    category: tuple[str, ...] = ()
    brand: str | None = None
    band: str | None = None
    attributes: Mapping[str, tuple[str, ...]] = dataclasses.field(default_factory=dict)
    vector: Float32 | None = None


class ProductFacts(Protocol):
    """Facts of many products in one call; products that the shop does not have are left out.

    state is another value once all facts may have changed (another index, another encoder).
    """

    def of(self, ids: Sequence[str]) -> Mapping[str, Facts]: ...

    def state(self) -> Hashable: ...
