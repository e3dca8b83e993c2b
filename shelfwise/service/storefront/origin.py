"""Forms of other sites change nothing here: what changes something must come from the shop's own pages."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.requests import Request

from shelfwise.service.problems import Problem, Refused

OWN = frozenset({"same-origin", "none"})  # "none": the shopper's own doing, such as sending a form again


def same_origin(request: Request) -> None:
    """FastAPI dependency of every route that changes something for a shopper. Raises Refused (403).

    Browsers say in `Sec-Fetch-Site` where a request comes from, older ones in `Origin`; who says neither is refused.
    """
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin", "")
    own = site in OWN if site is not None else urlsplit(origin).netloc == request.headers.get("host", "")
    if not own or origin == "null":
        hint = "Use the shop's own pages."
        raise Refused(Problem(403, "forbidden", "This was not sent by a page of this shop.", None, hint))
