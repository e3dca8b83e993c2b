"""Errors as answers: {"error": {"code", "message", "field", "hint"}}, and never a stack trace.

| what happened | status | code |
|---|---|---|
| malformed JSON | 400 | malformed |
| missing, wrong key | 401, 403 | unauthorized, forbidden |
| unknown product or page | 404 | not_found |
| body, address too large | 413, 414 | too_large, address_too_long |
| a value that cannot be used | 422 | invalid |
| too many events wait to be written | 429 | busy (with Retry-After) |
| no index yet, damaged index | 503 | no_index, index |
| disk refuses, no encoder | 503 | storage, encoder |
| too many searches at once | 503 | overloaded (with Retry-After) |
| no answer in time | 504 | timeout |
| anything else | 500 | internal |
"""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shelfwise.errors import (
    BusyError,
    EncoderError,
    InputError,
    NoIndexError,
    NotFoundError,
    ShelfwiseError,
    ShopError,
    StorageError,
)
from shelfwise.service.gate import Overloaded, TooSlow

_BY_STATUS = {
    400: "malformed",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    414: "address_too_long",
    422: "invalid",
}
_BY_CLASS: tuple[tuple[type[ShelfwiseError], int, str], ...] = (
    (NotFoundError, 404, "not_found"),
    (InputError, 422, "invalid"),
)


@dataclass(frozen=True, slots=True)
class Problem:
    """What a client is told about an error."""

    status: int
    code: str
    message: str
    field: str | None = None
    hint: str = ""
    headers: tuple[tuple[str, str], ...] = ()

    def body(self) -> dict[str, object]:
        """The JSON of the answer."""
        error = {"code": self.code, "message": self.message, "field": self.field, "hint": self.hint}
        return {"error": error}


BUSY = Problem(503, "overloaded", "Too many requests at once.", None, "Try again shortly.", (("Retry-After", "1"),))
LATE = Problem(504, "timeout", "The answer took too long.", None, "Try again, or ask for less.")
OURS = Problem(500, "internal", "Something went wrong on our side.", None, "Try again; the shop's log has the cause.")
# The messages of these errors name files of the server, which is for its log.
_INSIDE: tuple[tuple[type[ShelfwiseError], Problem], ...] = (
    (NoIndexError, Problem(503, "no_index", "The shop has no index yet.", None, "Make one with: shelfwise index")),
    (ShopError, Problem(503, "index", "The shop's index cannot be read.", None, "Look into it: shelfwise doctor")),
    (StorageError, Problem(503, "storage", "The disk or database refuses; nothing was changed.", None, "Try later.")),
    (EncoderError, Problem(503, "encoder", "The language model is away.", None, "Look into it: shelfwise doctor")),
)


class Refused(Exception):
    """Raised by the service's own checks; carries the problem."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


def problem_of(error: Exception) -> Problem:
    """The problem that an error is told as. What it does not know it tells as "internal", without details."""
    if isinstance(error, Refused):
        return error.problem
    if isinstance(error, Overloaded | TooSlow):
        return BUSY if isinstance(error, Overloaded) else LATE
    if isinstance(error, RequestValidationError):
        return _invalid(error)
    if isinstance(error, HTTPException):
        code = _BY_STATUS.get(error.status_code, "refused")
        return Problem(error.status_code, code, str(error.detail), headers=tuple((error.headers or {}).items()))
    return _of_class(error)


def _of_class(error: Exception) -> Problem:
    if isinstance(error, BusyError):
        later = (("Retry-After", str(max(1, math.ceil(error.seconds)))),)
        return Problem(429, "busy", error.message, None, error.hint, later)
    for kind, status, code in _BY_CLASS:
        if isinstance(error, kind):
            return Problem(status, code, error.message, None, error.hint)
    return next((problem for kind, problem in _INSIDE if isinstance(error, kind)), OURS)


def _invalid(error: RequestValidationError) -> Problem:
    first = error.errors()[0]
    if first["type"] == "json_invalid":
        reason = first.get("ctx", {}).get("error", "")
        return Problem(400, "malformed", f"The body is not valid JSON: {reason}.", "body", "Send a JSON document.")
    where = [str(part) for part in first["loc"][1:]]  # the first says whether body, query or path
    if not where:
        hint = "Send a JSON document with the header Content-Type: application/json."
        return Problem(422, "invalid", f"{first['msg']}.", str(first["loc"][0]), hint)
    return Problem(422, "invalid", f"{first['msg']}.", ".".join(where))


class Catch:
    """The innermost ASGI middleware: answers what no handler caught, so that outer layers see an answer."""

    def __init__(self, app: ASGIApp, handle: Callable[[Request, Exception], Awaitable[Response]]) -> None:
        self.app = app
        self.handle = handle

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request."""
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, watched)
        except Exception as error:
            if started or scope["type"] != "http":
                raise
            answer = await self.handle(Request(scope), error)
            await answer(scope, receive, send)
