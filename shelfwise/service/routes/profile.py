"""/v1/profile: what the shop believes about a shopper, forgetting it, and who turned out to be whom.

For the merchant's own programs: reading a profile needs the same key as writing products. A shopper sees their own on
the storefront, which asks the shop itself.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi import Query as FromQuery
from starlette.responses import Response

from shelfwise.behaviour.profiles.explain import explain, products_behind
from shelfwise.service import encode
from shelfwise.service.context import Service
from shelfwise.service.wire import errors
from shelfwise.service.wire_profile import EventCount, MergeParams, ProfileOut, ProfileParams, Shopper, profile_out

_ERRORS = errors(401, 403, 414, 422, 503, 504)


def router(service: Service) -> APIRouter:
    """The routes."""
    shop = service.shop
    routes = APIRouter(tags=["behaviour"], dependencies=[Depends(service.key)], responses=_ERRORS)

    @routes.post("/v1/profile/{customer:path}/merge", response_model=EventCount)
    async def merge(customer: Shopper, params: Annotated[MergeParams, FromQuery()]) -> Response:
        """Makes an anonymous visitor's events, past and to come, those of a customer."""
        return await service.json(lambda: encode.dumps({"count": shop.merge(params.visitor, customer)}))

    @routes.get("/v1/profile/{shopper:path}", response_model=ProfileOut)
    async def profile(shopper: Shopper, params: Annotated[ProfileParams, FromQuery()]) -> Response:
        """What the shop believes about a shopper now; of a stranger, an empty profile."""
        locale = params.locale

        def work() -> bytes:
            found = shop.profile(shopper)
            beliefs = explain(
                found,
                locale,
                shop.products(products_behind(found)),
                name=lambda field, value: shop.labels.value(field, value, locale),
                field_name=lambda field: shop.labels.field(field, locale),
            )
            return encode.dumps(profile_out(found, beliefs))

        return await service.json(work)

    @routes.delete("/v1/profile/{shopper:path}", response_model=EventCount)
    async def forget(shopper: Shopper) -> Response:
        """Forgets a shopper for good: events, profile and all else; those who are unknown, too."""
        return await service.json(lambda: encode.dumps({"count": shop.forget(shopper)}))

    return routes
