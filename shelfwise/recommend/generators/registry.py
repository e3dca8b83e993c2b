"""Every generator that a shop can use, by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from shelfwise.recommend.base import CandidateGenerator
from shelfwise.recommend.generators.ease import Ease
from shelfwise.recommend.generators.item_knn import ItemKnn
from shelfwise.recommend.generators.popular import Popular
from shelfwise.recommend.generators.standing import Assorted, BestRated

GENERATORS: Final[Mapping[str, type[CandidateGenerator]]] = {
    kind.name: kind for kind in (Popular, ItemKnn, Ease, BestRated, Assorted)
}
LIGHT: Final = ("popular", "best_rated", "assorted")  # fitted in a moment: what a shop has before its first fit
