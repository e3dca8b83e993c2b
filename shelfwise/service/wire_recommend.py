"""What recommendations look like over HTTP: the question, and the answer."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from shelfwise.service.wire import Id, Text, Wire
from shelfwise.service.wire_search import HitWire

Name = Annotated[Text, Field(min_length=1, max_length=200)]
PlacementName = Literal["home", "category", "product", "cart", "zero_results", "search", "email"]


class RecommendParams(Wire):
    """For whom, where, and about what. `seed` and `exclude` may be given any number of times."""

    placement: PlacementName = "home"
    shopper: Name | None = None
    seed: Annotated[tuple[Id, ...], Field(max_length=50, description="Products it is about.")] = ()
    category: Annotated[Text, Field(min_length=1, max_length=1_000, examples=["Home > Kettles"])] | None = None
    q: Annotated[Text, Field(min_length=1, max_length=500, description="What was searched.")] | None = None
    exclude: Annotated[tuple[Id, ...], Field(max_length=200, description="Products that must not come.")] = ()
    region: Name | None = None
    limit: int = Field(default=12, ge=1, le=50, description="Products in a row.")


class RowWire(Wire):
    """Products under one heading; `title` is by language. Each says in `why.reason` why it is there."""

    key: str
    title: dict[str, str]
    items: list[HitWire]


class RecommendOut(Wire):
    """Rows in order; no product is in two of them. Send `query_id` back with what the shopper does."""

    query_id: str
    placement: str
    shopper: str | None
    rows: list[RowWire]
    took: dict[str, float]
    degraded: list[str]
