"""Histories changed a little each epoch, so that little data is never seen twice in the same way.

Reviews and orders of one day come in no real order, and a history lacks much that was bought elsewhere: leaving items
out, exchanging neighbours and turning a history round keep what was taken together.

Source: Xie et al., ICDE 2022 (CL4SRec: crop, mask, reorder).
"""

from __future__ import annotations

import numpy as np

from shelfwise.training.sequences.histories import Histories


def changed(
    histories: Histories, rng: np.random.Generator, *, drop: float = 0.0, swap: float = 0.0, reverse: float = 0.0
) -> Histories:
    """Each item left out, each pair of neighbours exchanged, each history reversed with a probability of its own.

    A history that would keep fewer than two items stays whole.
    """
    if drop > 0:
        histories = _dropped(histories, rng, drop)
    if swap > 0:
        histories = _swapped(histories, rng, swap)
    return _reversed(histories, rng, reverse) if reverse > 0 else histories


def _dropped(histories: Histories, rng: np.random.Generator, share: float) -> Histories:
    mask = rng.random(len(histories.items)) >= share
    kept = np.diff(np.concatenate([[0], np.cumsum(mask)])[histories.starts])
    return histories.keep(mask | np.repeat(kept < 2, histories.lengths))


def _swapped(histories: Histories, rng: np.random.Generator, share: float) -> Histories:
    chosen = rng.random(len(histories.items)) < share
    chosen[histories.starts[1:][histories.lengths > 0] - 1] = False  # the last of a history has no later neighbour
    chosen[1:] &= ~chosen[:-1]
    first = np.flatnonzero(chosen)
    items = histories.items.copy()
    items[first], items[first + 1] = histories.items[first + 1], histories.items[first]
    return Histories(items, histories.starts, histories.count)


def _reversed(histories: Histories, rng: np.random.Generator, share: float) -> Histories:
    turned = np.repeat(rng.random(len(histories)) < share, histories.lengths)
    at = np.arange(len(histories.items))
    mirror = np.repeat(histories.starts[:-1] + histories.starts[1:] - 1, histories.lengths) - at
    return Histories(histories.items[np.where(turned, mirror, at)], histories.starts, histories.count)
