"""Weights of generators learnt from a shop's own log: what shoppers touched last, found by what they did before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from shelfwise.behaviour.table import EventTable
from shelfwise.errors import InputError
from shelfwise.recommend.base import CandidateGenerator, CatalogTable
from shelfwise.recommend.blend import Listed, share_of, softmax_regression
from shelfwise.recommend.offline.generated import LogTask, log_task
from shelfwise.types import Candidates

DEPTH: Final = 300  # candidates of each generator
SHOPPERS: Final = 2_000  # requests that are learnt from


def learn_weights(
    kinds: Sequence[type[CandidateGenerator]],
    events: EventTable,
    catalog: CatalogTable,
    *,
    share: float = 0.9,
    shoppers: int = SHOPPERS,
    seed: int = 0,
) -> dict[str, float]:
    """Generator → weight of its shares in a blend (0: it adds nothing); see blend.py, `Shares`.

    The generators are fitted on the first `share` of the log and asked for what shoppers touched after it. Raises
    InputError where the log is too short, or no generator finds anything of that: then recipes keep their weights.
    """
    given = log_task(events, catalog, share=share)
    generators = [kind().fit(given.events, given.catalog) for kind in kinds]
    weights = weights_on(generators, given, shoppers=shoppers, seed=seed)
    return {generator.name: weight for generator, weight in zip(generators, weights, strict=True)}


def weights_on(generators: Sequence[CandidateGenerator], given: LogTask, *, shoppers: int, seed: int) -> list[float]:
    """Weights of fitted generators, in their order, by the first new product that each of a sample touched."""
    places = {id: place for place, id in enumerate(given.catalog.ids)}
    random = np.random.default_rng(seed)
    asked = np.sort(random.permutation(len(given.requests))[:shoppers])
    truth, parts = given.task.truth, []
    for number, row in enumerate(asked.tolist()):
        found = {each.name: each.generate(given.requests[row], DEPTH) for each in generators}
        parts.append(_listed(number, found, places))
    taken = truth.items[truth.starts[asked]]
    if not parts:
        raise InputError("the log asks for nothing: there is nothing to learn weights from.")
    whole = Listed(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))
    return [float(weight) for weight in softmax_regression(whole, taken)]


def _listed(request: int, found: Mapping[str, Candidates], places: Mapping[str, int]) -> tuple[np.ndarray, ...]:
    """The columns of `Listed` for one request."""
    codes = np.unique([places[id] for each in found.values() for id in each.ids if id in places]).astype(np.int32)
    shares = np.zeros((len(codes), len(found)), np.float32)
    for source, (name, each) in enumerate(found.items()):
        known = [
            (places[id], share) for id, share in zip(each.ids, share_of(each.scores[name]), strict=True) if id in places
        ]
        own = np.array([code for code, _ in known], np.int64)
        shares[np.searchsorted(codes, own), source] = [share for _, share in known]
    return np.full(len(codes), request, np.int64), codes, shares
