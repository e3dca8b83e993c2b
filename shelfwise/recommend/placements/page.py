"""One page of recommendations: rows are made in their order, and what one has shown no other shows."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from shelfwise.recommend.base import CandidateGenerator, CatalogTable, RecommendRequest, Row, Source
from shelfwise.recommend.catalogue import LiveCatalog
from shelfwise.recommend.diversity import Caps, bounds, spread
from shelfwise.recommend.filters import allowed, hidden, within
from shelfwise.recommend.placements.blending import Blend, Blended
from shelfwise.recommend.placements.recipes import Placement, RowRecipe
from shelfwise.types import Bool, Candidates, Int64

NONE: Final = Candidates((), {})
Failed = Callable[[str, Exception], None]  # generator, what it raised


@dataclass(frozen=True, slots=True)
class Kitchen:
    """What pages are made with: generators by name, the catalogue, and how candidates become one order.

    learnt: the blend of rows whose weights are to be learnt, where a shop has learnt some. failed is told of a
    generator that raised; the page is made without it.
    """

    generators: Mapping[str, CandidateGenerator]
    catalog: LiveCatalog
    blend: Blend
    learnt: Blend | None = None
    failed: Failed = lambda name, error: None

    def page(self, placement: Placement, request: RecommendRequest, limit: int) -> tuple[Row, ...]:
        """The rows of a placement for a request, each of at most `limit` products; none twice, none too short."""
        table = self.catalog.table
        page = _Page(self, table, request, allowed(table, request))
        rows = (page.row(recipe, recipe.limit or limit) for recipe in placement.row)
        return tuple(row for row in rows if row is not None)


class _Page:
    """A page in the making. Candidates are asked for once for each generator and subject."""

    def __init__(self, kitchen: Kitchen, table: CatalogTable, request: RecommendRequest, mask: Bool) -> None:
        self._kitchen, self._table, self._request, self._mask = kitchen, table, request, mask
        self._asked: dict[tuple[str, tuple[str, ...], int], Candidates] = {}
        self._shown: set[str] = set()

    def row(self, recipe: RowRecipe, limit: int) -> Row | None:
        """The row of a recipe; None where too little is left for it."""
        request = about(self._request, recipe, self._kitchen.catalog)
        if request is None:
            return None
        found = self._found(recipe.sources, request, recipe)
        if not found:
            return None
        found |= self._found(recipe.fill, request, recipe)
        learnt = self._kitchen.learnt if recipe.learnt else None
        blended = (learnt or self._kitchen.blend).blend(found, recipe.weights)
        places, rows = self._passing(blended, recipe, request)
        chosen = spread(
            rows, blended.score[places], self._table, limit, weight=recipe.spread, caps=self._caps(recipe, limit)
        )
        if len(chosen) < min(recipe.minimum, limit):
            return None
        kept = places[chosen]
        self._shown.update(blended.ids[place] for place in kept)
        return self._made(recipe, request, blended, kept)

    def _found(self, names: Iterable[str], request: RecommendRequest, recipe: RowRecipe) -> dict[str, Candidates]:
        found = {name: self._candidates(name, request, recipe.depth) for name in names}
        return {name: candidates for name, candidates in found.items() if candidates.ids}

    def _candidates(self, name: str, request: RecommendRequest, depth: int) -> Candidates:
        key = name, request.seeds, depth
        if key not in self._asked:
            self._asked[key] = self._generated(name, request, depth)
        return self._asked[key]

    def _generated(self, name: str, request: RecommendRequest, depth: int) -> Candidates:
        generator = self._kitchen.generators.get(name)
        if generator is None:
            return NONE
        try:
            return generator.generate(request, depth)
        except Exception as error:  # one source that fails leaves the others
            self._kitchen.failed(name, error)
            return NONE

    def _passing(self, blended: Blended, recipe: RowRecipe, request: RecommendRequest) -> tuple[Int64, Int64]:
        """Places among the blended, and rows of the table, of those that may be shown."""
        places, rows = self._kitchen.catalog.rows(blended.ids, self._table)
        hide = hidden(request, bought=recipe.bought).union(self._request.seeds, self._shown)
        if recipe.unseen:
            hide = hide.union(touch.product for touch in request.profile.recent)
        mask = self._mask
        if recipe.own and request.category:
            mask = mask & within(self._table, request.category)
        kept = [at for at, row in enumerate(rows) if mask[row] and blended.ids[places[at]] not in hide]
        return np.array(places, np.int64)[kept], np.array(rows, np.int64)[kept]

    def _caps(self, recipe: RowRecipe, limit: int) -> Caps:
        liked = self._request.profile.interests.get("category", {}) if recipe.per_category else {}
        more = bounds(liked, self._kitchen.catalog.categories(), limit) if liked else {}
        return Caps(recipe.per_brand, recipe.per_category, more)

    def _made(self, recipe: RowRecipe, request: RecommendRequest, blended: Blended, kept: Int64) -> Row:
        ids = tuple(blended.ids[place] for place in kept)
        names = [*blended.parts]
        most = np.argmax(np.stack([blended.parts[name][kept] for name in names]), axis=0)
        sources = tuple(self._because(names[best], request, id) for best, id in zip(most, ids, strict=True))
        scores = {name: part[kept] for name, part in blended.parts.items()}
        return Row(
            recipe.key,
            {str(locale): text for locale, text in recipe.title.items()},
            ids,
            scores,
            sources,
            (1.0,) * len(ids),
            _subject(recipe, request),
        )

    def _because(self, name: str, request: RecommendRequest, id: str) -> Source:
        try:
            return self._kitchen.generators[name].because(request, id)
        except Exception as error:
            self._kitchen.failed(name, error)
            return Source(name)


def about(request: RecommendRequest, recipe: RowRecipe, catalog: LiveCatalog) -> RecommendRequest | None:
    """The request as a row understands it; None for a row that has nothing to go by."""
    profile = request.profile
    if recipe.personal and not profile.events:
        return None
    if recipe.seeds == "page":
        return request
    touched = profile.cart if recipe.seeds == "cart" else tuple(touch.product for touch in profile.recent)
    seeds = tuple(product for product in touched if catalog.row(product) is not None)
    seeds = seeds if recipe.seeds == "cart" else seeds[:1]
    return dataclasses.replace(request, seeds=seeds) if seeds else None


def _subject(recipe: RowRecipe, request: RecommendRequest) -> dict[str, str]:
    """What a row as a whole goes back to, for its title."""
    found = {"category": request.category or ""}
    if recipe.seeds != "page" or request.seeds:
        found["product"] = request.seeds[0] if request.seeds else ""
    searched = request.profile.searches[0][0] if request.profile.searches else ""
    found["query"] = request.query or searched
    return {name: value for name, value in found.items() if value}
