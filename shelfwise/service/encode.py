"""The shop's objects as JSON bytes, in the shapes of wire.py and wire_search.py, without going through pydantic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import orjson

from shelfwise.catalog.codec import encode as encode_product
from shelfwise.service.encode_understanding import understood
from shelfwise.slate import Recommendations, Slate
from shelfwise.types import Facet, Product, Review, SlateItem, Suggestion

_OPTIONS = orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_NON_STR_KEYS


def dumps(value: Any) -> bytes:
    """JSON bytes; dataclasses inside are written field by field."""
    return orjson.dumps(value, option=_OPTIONS, default=_rest)


def slate(answer: Slate) -> bytes:
    """A `SearchOut`."""
    return dumps(
        {
            "query_id": answer.query_id,
            "total": answer.total,
            "items": [_hit(item) for item in answer.items],
            "facets": answer.facets,
            "corrections": answer.corrections,
            "did_you_mean": answer.did_you_mean,
            "understanding": understood(answer.understanding),
            "relaxed": answer.relaxed,
            "took": answer.took,
            "degraded": answer.degraded,
            "generation": answer.generation,
        }
    )


def recommendations(answer: Recommendations) -> bytes:
    """A `RecommendOut`."""
    rows = [{"key": row.key, "title": row.title, "items": [_hit(item) for item in row.items]} for row in answer.rows]
    return dumps(
        {
            "query_id": answer.query_id,
            "placement": answer.placement,
            "shopper": answer.shopper,
            "rows": rows,
            "took": answer.took,
            "degraded": answer.degraded,
        }
    )


def products(found: Sequence[Product], total: int) -> bytes:
    """A `ProductsOut`."""
    return dumps({"total": total, "products": [orjson.Fragment(encode_product(product)) for product in found]})


def reviews(found: Sequence[Review]) -> bytes:
    """A `ReviewsOut`."""
    return dumps({"reviews": found})


def suggestions(found: Sequence[Suggestion]) -> bytes:
    """A `SuggestOut`."""
    return dumps({"suggestions": found})


def facet(found: Facet) -> bytes:
    """A `FacetWire`."""
    return dumps(found)


def _hit(item: SlateItem) -> dict[str, Any]:
    return {
        "product": orjson.Fragment(encode_product(item.product)),
        "score": item.score,
        "position": item.position,
        "propensity": item.propensity,
        "why": item.why,
        "highlights": {field: highlight.parts for field, highlight in item.highlights.items()},
    }


def _rest(value: Any) -> Any:
    """What orjson does not know: read-only mappings, slotted dataclasses of other kinds."""
    if isinstance(value, Mapping):
        return dict(value)
    if hasattr(value, "__dataclass_fields__"):
        return asdict(value)
    raise TypeError(f"cannot be written as JSON: {type(value).__name__}")
