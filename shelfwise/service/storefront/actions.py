"""What a shopper does with a button: favourites, cart, the mock purchase, the choice about being remembered.

Every button posts an address that holds all of it, so that it works with and without scripts: a script is answered in
JSON, a form is sent back to a page. `once` names the press of the button: sent again, it counts once in the log.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from typing import Final, get_args
from urllib.parse import urlsplit

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from shelfwise.errors import NotFoundError
from shelfwise.service import encode
from shelfwise.service.context import Service
from shelfwise.service.problems import Problem, Refused
from shelfwise.service.storefront.basket import (
    CART,
    FAVOURITES,
    MOST,
    Basket,
    read_basket,
    written_cart,
    written_favourites,
)
from shelfwise.service.storefront.cart import ORDER, ORDER_SECONDS, Priced, bought, priced
from shelfwise.service.storefront.places import LENGTH, read_place
from shelfwise.service.storefront.recorder import Recorder
from shelfwise.service.storefront.render import Renderer
from shelfwise.service.storefront.visitor import CONSENT, SHOPPER, Choice, Visitor, choose, keep, read_visitor
from shelfwise.types import Event, EventKind

SEE_OTHER: Final = 303  # a page that is loaded again does not send the form again


class Actions:
    """The answers to buttons."""

    def __init__(self, service: Service, renderer: Renderer, recorder: Recorder) -> None:
        self._service = service
        self._shop = service.shop
        self._renderer = renderer
        self._recorder = recorder

    def favourite(self, request: Request) -> Response:
        """POST /favourites?product=…&wanted=1 (or 0)."""
        given, before = request.query_params, read_basket(request.cookies)
        product, wanted = self._product(given, before.favourites), given.get("wanted", "1") != "0"
        basket = before.favourite(product, wanted)
        kind: EventKind = "favourite" if wanted else "unfavourite"
        self._record(request, kind, product)
        t = self._renderer.texts(request)
        said = t("favourites.added") if wanted else t("favourites.removed")
        answer = self._answer(request, basket, said, "/favourites")
        keep(answer, FAVOURITES, written_favourites(basket.favourites))
        return answer

    def cart(self, request: Request) -> Response:
        """POST /cart?product=…&variant=…: one more; with `quantity=3` there are three, with 0 none."""
        given, before = request.query_params, read_basket(request.cookies)
        product = self._product(given, [line.product for line in before.cart])
        variant = given.get("variant", "")[:200]
        had = before.quantity(product, variant)
        wanted = _number(given.get("quantity", ""), had + 1)
        basket, t = before.put(product, variant, wanted), self._renderer.texts(request)
        if basket is None:
            return self._answer(request, before, t("cart.full"), "/cart?full=1")
        more = basket.quantity(product, variant) - had
        if more:
            self._record(request, "cart" if more > 0 else "uncart", product, abs(more), variant)
        answer = self._answer(request, basket, t("cart.added") if more > 0 else t("cart.removed"), "/cart")
        keep(answer, CART, written_cart(basket.cart))
        return answer

    def buy(self, request: Request) -> Response:
        """POST /cart/buy: a purchase for show. What is sold out stays in the cart."""
        basket = read_basket(request.cookies)
        lines = bought(priced(self._shop, basket.cart))
        if not lines:
            return RedirectResponse("/cart", SEE_OTHER)
        visitor, once = read_visitor(request), self._once(request)
        self._recorder.record([self._sold(visitor, once, line) for line in lines])
        gone = {line.line.key for line in lines}
        answer = RedirectResponse("/order", SEE_OTHER)
        keep(answer, CART, written_cart(line for line in basket.cart if line.key not in gone))
        keep(answer, ORDER, written_cart(line.line for line in lines), ORDER_SECONDS)
        return answer

    def consent(self, request: Request) -> Response:
        """POST /you/consent?choice=personal (or anonymous)."""
        choice = next((one for one in get_args(Choice) if one == request.query_params.get("choice")), None)
        if choice is None:
            raise Refused(Problem(422, "invalid", "There is no such choice.", "choice", "personal or anonymous."))
        answer = self._back(request, "/you")
        choose(answer, read_visitor(request), choice, self._service.ids)
        return answer

    def forget(self, request: Request) -> Response:
        """POST /you/forget: all events and the profile go, and what this browser keeps for the shop."""
        known_as = read_visitor(request).known_as
        if known_as:
            self._shop.forget(known_as)
        answer = RedirectResponse("/you?forgotten=1", SEE_OTHER)
        for name in (SHOPPER, FAVOURITES, CART, ORDER):
            keep(answer, name, "")
        keep(answer, CONSENT, "anonymous")
        return answer

    def _product(self, given: QueryParams, known: Collection[str]) -> str:
        """The product that a button is about. What a shopper has already (`known`) may be gone from the shop."""
        id = given.get("product", "")
        if not id or (id not in known and self._shop.product(id) is None):
            raise NotFoundError("There is no such product.")
        return id

    def _sold(self, visitor: Visitor, once: str, line: Priced) -> Event:
        product, variant = line.line.key
        return self._recorder.event(
            visitor,
            _id(once, "purchase", product, variant),
            "purchase",
            product=product,
            placement="cart",
            quantity=line.line.quantity,
            value=None if line.total is None else float(line.total),
            properties={"variant": variant} if variant else {},
        )

    def _record(self, request: Request, kind: EventKind, product: str, quantity: int = 1, variant: str = "") -> None:
        fields = read_place(request.query_params).fields
        if variant:
            fields["properties"] = {**fields.get("properties", {}), "variant": variant}
        id = _id(self._once(request), kind, product, variant)
        event = self._recorder.event(read_visitor(request), id, kind, product=product, quantity=quantity, **fields)
        self._recorder.record([event])

    def _once(self, request: Request) -> str:
        return request.query_params.get("once", "")[:LENGTH] or self._service.ids()

    def _answer(self, request: Request, basket: Basket, said: str, page: str) -> Response:
        """For a script: the counts, what to say, and a name for the next press. For a form: a page to go to."""
        if "application/json" not in request.headers.get("accept", ""):
            return RedirectResponse(page, SEE_OTHER) if page.startswith("/cart") else self._back(request, page)
        told = {
            "favourites": len(basket.favourites),
            "cart": basket.count,
            "said": said,
            "once": self._service.ids(),
        }
        return Response(encode.dumps(told), media_type="application/json")

    def _back(self, request: Request, page: str) -> Response:
        """To the page of this shop that the form stood on, else to the one named."""
        came = urlsplit(request.headers.get("referer", ""))
        own = came.netloc == request.headers.get("host", "") and came.path.startswith("/") and came.path[1:2] != "/"
        target = (came.path + (f"?{came.query}" if came.query else "")) if own else page
        return RedirectResponse(target, SEE_OTHER)


def _id(once: str, *parts: str) -> str:
    """The id of an event: the same for the same press of a button."""
    return hashlib.sha256("\n".join((once, *parts)).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _number(text: str, otherwise: int) -> int:
    return min(int(text), MOST) if text.isascii() and text.isdigit() and len(text) < 4 else otherwise
