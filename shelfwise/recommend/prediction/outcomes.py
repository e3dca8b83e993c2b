"""What shoppers did after a moment: the truth that predictions are fitted on and judged by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from shelfwise.behaviour.table import KINDS, EventTable
from shelfwise.recommend.prediction.base import DAY, Target
from shelfwise.types import Bool, EventKind, Int64

MEANS: Final[Mapping[Target, tuple[EventKind, ...]]] = {
    "click": ("click", "view"),
    "cart": ("cart",),
    "purchase": ("purchase",),
}


def outcomes(table: EventTable, shopper: Int64, at: int, days: float) -> dict[Target, Bool]:
    """Target → Bool[n]: whether each shopper (codes in the table) did it in (at, at + days]."""
    after = table.where((table.time > at) & (table.time <= at + days * DAY))
    seen = np.isin(shopper, after.shopper)
    done: dict[Target, Bool] = {}
    for target, kinds in MEANS.items():
        rows = np.isin(after.kind, [KINDS.index(kind) for kind in kinds])
        done[target] = np.isin(shopper, after.shopper[rows])
    return {**done, "churn": ~seen}
