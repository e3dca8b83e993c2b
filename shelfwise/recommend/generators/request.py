"""What a request is about: the seeds of the page if there are any, else what the shopper touched last."""

from __future__ import annotations

from collections.abc import Mapping

from shelfwise.recommend.base import RecommendRequest
from shelfwise.recommend.interactions import STRENGTH
from shelfwise.types import Float32

LONGEST = 50  # touches of a history that count


def touched(request: RecommendRequest) -> list[tuple[str, float]]:
    """Products with the strength of the touch (0 to 1), the newest first, each once; at most LONGEST.

    Seeds come as they stand, each of strength 1: a product page has one, a cart its products, the newest last.
    """
    if request.seeds:
        return [(product, 1.0) for product in dict.fromkeys(reversed(request.seeds))][:LONGEST]
    found: dict[str, float] = {}
    for touch in request.profile.recent:
        strength = STRENGTH.get(touch.kind, 0.0)
        if strength > 0 and (touch.product in found or len(found) < LONGEST):
            found[touch.product] = max(strength, found.get(touch.product, 0.0))
    return list(found.items())


def withheld(request: RecommendRequest) -> frozenset[str]:
    """Products that must not come: those that the request excludes, and its seeds."""
    return request.exclude.union(request.seeds)


def nearest_touched(
    request: RecommendRequest, product: str, places: Mapping[str, int], vectors: Float32 | None
) -> str | None:
    """The touched product whose vector is nearest to a product's; None where nothing touched has a place.

    places: product → its row of vectors, Float32[m, d].
    """
    place, known = places.get(product), [id for id, _ in touched(request) if id in places]
    if vectors is None or place is None or not known:
        return None
    return known[int((vectors[[places[id] for id in known]] @ vectors[place]).argmax())]
