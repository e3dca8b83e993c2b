"""Several generators as one: what a row of recommendations makes of them, without its filters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from shelfwise.errors import InputError
from shelfwise.recommend.base import CandidateGenerator, RecommendRequest
from shelfwise.recommend.blend import Shares
from shelfwise.recommend.generators.registry import KINDS
from shelfwise.recommend.learnt import WEIGHED
from shelfwise.recommend.offline.generated import LogTask, Ranker
from shelfwise.recommend.weighing import learn_weights
from shelfwise.types import Candidates

DEPTH: Final = 300


class Mixed:
    """Candidates of fitted generators, blended by their shares with weights learnt from the same log."""

    name: str = "best"

    def __init__(self, generators: Sequence[CandidateGenerator], weights: dict[str, float]) -> None:
        self._generators, self._weights = generators, weights

    def generate(self, request: RecommendRequest, limit: int) -> Candidates:
        """The first `limit` of the blend."""
        found = {each.name: each.generate(request, DEPTH) for each in self._generators}
        blended = Shares(self._weights).blend(found, self._weights)
        return Candidates(blended.ids[:limit], {self.name: blended.score[:limit]})


def fitted(name: str, given: LogTask) -> Ranker:
    """A generator by name, fitted on a log; "best" is the blend of what competes for a shopper's next touch.

    Raises InputError for an unknown name.
    """
    kinds = {kind.name: kind for kind in KINDS}
    if name == "best":
        own = [kinds[source] for source in WEIGHED]
        weights = learn_weights(own, given.events, given.catalog)
        return Mixed([kind().fit(given.events, given.catalog) for kind in own], weights)
    if name not in kinds:
        raise InputError(f"unknown generator {name!r}; expected one of {', '.join(['best', *kinds])}.")
    return kinds[name]().fit(given.events, given.catalog)
