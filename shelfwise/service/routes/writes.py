"""PUT, PATCH and DELETE /v1/products: the merchant's side. Durable when answered, searchable within a second."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi import Query as FromQuery
from pydantic import Field
from starlette.responses import Response

from shelfwise.errors import NotFoundError
from shelfwise.service import encode
from shelfwise.service.context import Service
from shelfwise.service.problems import Problem, Refused
from shelfwise.service.routes.products import ProductId
from shelfwise.service.wire import Id, OffersIn, Patched, ProductsIn, ProductWire, Wire, Written, errors

_ERRORS = errors(400, 401, 403, 413, 414, 422, 503, 504)


class DeleteParams(Wire):
    """Which products to delete."""

    id: list[Id] = Field(min_length=1, max_length=100)


def router(service: Service) -> APIRouter:
    """The routes."""
    shop = service.shop
    routes = APIRouter(tags=["merchant"], dependencies=[Depends(service.key)], responses=_ERRORS)

    @routes.put("/v1/products", response_model=Written)
    async def put_products(body: ProductsIn) -> Response:
        """Adds products, or replaces those with the same id."""

        def work() -> bytes:
            return encode.dumps({"count": shop.upsert([product.product() for product in body.products])})

        return await service.json(work)

    @routes.put("/v1/products/{id:path}", response_model=Written, responses=errors(404))
    async def put_product(id: ProductId, body: ProductWire) -> Response:
        """Adds or replaces one product; `id` in the body must be the one in the address."""
        if body.id != id:
            message = f"The body is about {body.id!r}, the address about {id!r}."
            raise Refused(Problem(422, "invalid", message, "id", "Make them the same."))
        return await service.json(lambda: encode.dumps({"count": shop.upsert([body.product()])}))

    @routes.patch("/v1/products", response_model=Patched)
    async def patch_products(body: OffersIn) -> Response:
        """Changes prices, availability and stock."""

        def work() -> bytes:
            count, missing = shop.patch([offer.offer() for offer in body.offers])
            return encode.dumps({"count": count, "not_found": missing})

        return await service.json(work)

    @routes.delete("/v1/products", response_model=Written)
    async def delete_products(params: Annotated[DeleteParams, FromQuery()]) -> Response:
        """Deletes products; ids that the shop does not have are passed over."""
        return await service.json(lambda: encode.dumps({"count": shop.delete(params.id)}))

    @routes.delete("/v1/products/{id:path}", response_model=Written, responses=errors(404))
    async def delete_product(id: ProductId) -> Response:
        """Deletes one product."""

        def work() -> bytes:
            count = shop.delete([id])
            if not count:
                raise NotFoundError(f"There is no product {id!r}.")
            return encode.dumps({"count": count})

        return await service.json(work)

    return routes
