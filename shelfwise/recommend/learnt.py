"""Learnt weights of generators as a part of a generation."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from shelfwise.behaviour.table import EventTable
from shelfwise.errors import InputError, StorageError
from shelfwise.recommend.base import CandidateGenerator, CatalogTable
from shelfwise.recommend.blend import Shares
from shelfwise.recommend.fitting import Opened
from shelfwise.recommend.generators.kept import keep, kept
from shelfwise.recommend.placements.blending import Blend
from shelfwise.recommend.weighing import learn_weights

WEIGHTS: Final = "weights"  # the part's name
WEIGHED: Final = (
    "transitions",
    "text_transitions",
    "ease",
    "item_knn",
    "similar",
    "popular",
)  # what competes for a shopper's next touch
EXPOSED: Final = ("popular",)  # explains touches by what was shown most: learnt beside the others, and not kept


def keep_weights(
    folder: Path, kinds: Sequence[type[CandidateGenerator]], events: EventTable, catalog: CatalogTable
) -> None:
    """Learn weights from the log and keep them; none where it is too short to learn from.

    Hazard: shoppers touch what they are shown, and what is popular is shown to all. So its weight says how rows were
    filled until now, and a row "for you" with that weight would hold what everybody gets. It takes part in learning,
    so that the others are not credited with it; rows go on with the recipe's own weight.
    """
    try:
        weights = learn_weights([kind for kind in kinds if kind.name in WEIGHED], events, catalog)
    except InputError:
        weights = {}
    keep(folder, {}, {"weights": {name: weight for name, weight in weights.items() if name not in EXPOSED}})


def learnt_blend(opened: Opened) -> Blend | None:
    """The blend with the weights of a generation; None where there are none, or they are damaged."""
    if opened.folder is None or WEIGHTS in opened.damaged:
        return None
    try:
        weights = kept(opened.folder / WEIGHTS)[1]["weights"]
    except (StorageError, KeyError) as error:
        opened.damaged[WEIGHTS] = str(error)
        return None
    return Shares(weights) if any(weights.values()) else None
