"""The outermost layer: bounds on what comes in, security headers on what goes out."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import orjson
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shelfwise.service.problems import Problem

ADDRESS_LIMIT = 8_192  # bytes of path and query string
BODY_LIMIT = 8 * 2**20  # bytes of a body


def security_headers(picture_hosts: tuple[str, ...] = ()) -> dict[str, str]:
    """Headers of every answer: own scripts, styles and fonts only; pictures also from the hosts named."""
    pictures = " ".join(("'self'", *picture_hosts))
    policy = (
        f"default-src 'none'; script-src 'self'; style-src 'self'; img-src {pictures}; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'"
    )
    return {
        "content-security-policy": policy,
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        "referrer-policy": "same-origin",
        "permissions-policy": "camera=(), geolocation=(), microphone=()",
        "cross-origin-opener-policy": "same-origin",
    }


class Shield:
    """ASGI middleware: 414 for long addresses, 413 for large bodies (declared or streamed), headers on all answers.

    An answer that sets one of the headers itself keeps its own. smaller: path → bytes of a body there, at most.
    """

    def __init__(
        self,
        app: ASGIApp,
        headers: Mapping[str, str],
        body_limit: int = BODY_LIMIT,
        smaller: Mapping[str, int] = MappingProxyType({}),
    ) -> None:
        self.app = app
        self.headers = dict(headers)
        self.body_limit = body_limit
        self.smaller = smaller

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self.headers.items():
                    headers.setdefault(name, value)
            await send(message)

        if len(scope["path"]) + len(scope["query_string"]) > ADDRESS_LIMIT:
            message = f"The address is longer than {ADDRESS_LIMIT} bytes."
            await _refuse(guarded, Problem(414, "address_too_long", message, None, "Use POST /v1/search."))
        elif scope["method"] in {"GET", "HEAD"}:
            await self.app(scope, receive, guarded)
        else:
            await self._with_body(scope, receive, guarded)

    async def _with_body(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Reads the body whole, so that one that is too large is refused before anything looks at it."""
        limit = min(self.body_limit, self.smaller.get(scope["path"], self.body_limit))
        declared = dict(scope["headers"]).get(b"content-length", b"0")
        body = bytearray()
        more = not (declared.isdigit() and int(declared[:20]) > limit)
        too_large = not more
        while more and not too_large:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body += message.get("body", b"")
            more = message.get("more_body", False)
            too_large = len(body) > limit
        if too_large:
            hint = "Send it in several requests, or import a file with the command line."
            text = f"The body is larger than {limit} bytes."
            await _refuse(send, Problem(413, "too_large", text, "body", hint, (("connection", "close"),)))
            return
        await self.app(scope, _replay(bytes(body), receive), send)


def _replay(body: bytes, receive: Receive) -> Receive:
    """A `receive` that gives the body once, then whatever comes next (the disconnect)."""
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


async def _refuse(send: Send, problem: Problem) -> None:
    headers = (("content-type", "application/json"), *problem.headers)
    raw = [(name.encode(), value.encode()) for name, value in headers]
    await send({"type": "http.response.start", "status": problem.status, "headers": raw})
    await send({"type": "http.response.body", "body": orjson.dumps(problem.body())})
