"""Who visits, as far as the visitor lets the shop know: a choice, and a pseudonym that there is only after a yes.

Cookies: `consent` ("personal" or "anonymous"; none before a choice) and `shopper` (a random pseudonym). Scripts cannot
read them. A browser that asks not to be tracked (DNT, GPC) is believed, whatever was chosen before.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias, get_args

from starlette.requests import Request
from starlette.responses import Response

from shelfwise.types import Consent

CONSENT: Final = "consent"
SHOPPER: Final = "shopper"
YEAR: Final = 365 * 24 * 3600
PSEUDONYM: Final = re.compile(r"[0-9A-Za-z_-]{16,64}")

Choice: TypeAlias = Literal["personal", "anonymous"]


@dataclass(frozen=True, slots=True)
class Visitor:
    """`choice`: what was chosen, None before. `signal`: the browser asks not to be tracked. `known_as`: the pseudonym,
    which may be used only while `consent` is "personal" (then it is `shopper`), and to forget what lies under it."""

    choice: Choice | None = None
    signal: bool = False
    known_as: str | None = None
    device: str = "desktop"

    @property
    def consent(self) -> Consent:
        """What events may say of this visitor."""
        return "personal" if self.shopper else "anonymous"

    @property
    def shopper(self) -> str | None:
        """The pseudonym, where a profile may be formed."""
        return self.known_as if self.choice == "personal" and not self.signal else None

    @property
    def undecided(self) -> bool:
        """Whether there is something to ask."""
        return self.choice is None and not self.signal


def read_visitor(request: Request) -> Visitor:
    """The visitor of a request. A yes whose pseudonym is lost counts as no choice."""
    headers, cookies = request.headers, request.cookies
    signal = headers.get("sec-gpc") == "1" or headers.get("dnt") == "1"
    name = cookies.get(SHOPPER, "")
    known_as = name if PSEUDONYM.fullmatch(name) else None
    choice = next((choice for choice in get_args(Choice) if choice == cookies.get(CONSENT)), None)
    if choice == "personal" and known_as is None:
        choice = None
    phone = headers.get("sec-ch-ua-mobile") == "?1" or "Mobi" in headers.get("user-agent", "")
    return Visitor(choice, signal, known_as, "phone" if phone else "desktop")


def choose(answer: Response, visitor: Visitor, choice: Choice, ids: Callable[[], str]) -> None:
    """Keeps a choice in the answer's cookies; the first yes makes a pseudonym."""
    keep(answer, CONSENT, choice)
    if choice == "personal" and visitor.known_as is None:
        keep(answer, SHOPPER, ids())


def keep(answer: Response, name: str, value: str, seconds: int = YEAR) -> None:
    """A cookie of the shop's own, which scripts and other sites cannot read; an empty one is taken back."""
    if value:
        answer.set_cookie(name, value, max_age=seconds, httponly=True, samesite="lax")
    else:
        answer.delete_cookie(name, httponly=True, samesite="lax")
