"""Who may write: anyone on this machine while no key is set, else whoever has the key."""

from __future__ import annotations

import hmac
import ipaddress

from starlette.requests import Request

from shelfwise.service.problems import Problem, Refused


class WriteKey:
    """FastAPI dependency of every writing route.

    With a key: `Authorization: Bearer <key>` is required. Without one, writes are allowed only while the server
    listens on a loopback address and was addressed as such (a page of another site that rebinds its name to
    127.0.0.1 is refused).
    """

    def __init__(self, key: str, variable: str, host: str) -> None:
        self.key = key
        self.variable = variable
        self.open = not key and is_loopback(host)

    async def __call__(self, request: Request) -> None:
        """Passes or raises Refused (401, 403)."""
        if self.key:
            self._check(request.headers.get("authorization", ""))
        elif not (self.open and is_loopback(request.url.hostname or "")):
            hint = f"Set the environment variable {self.variable} and send it as a bearer token."
            raise Refused(Problem(403, "forbidden", "Writing needs an API key, and none is set.", None, hint))

    def _check(self, header: str) -> None:
        scheme, _, given = header.partition(" ")
        if scheme.lower() != "bearer":
            hint = "Send the header Authorization: Bearer <key>."
            challenge = (("WWW-Authenticate", "Bearer"),)
            raise Refused(Problem(401, "unauthorized", "This needs an API key.", "authorization", hint, challenge))
        # Header values arrive as Latin-1 text of whatever bytes were sent.
        if not hmac.compare_digest(given.strip().encode("latin-1"), self.key.encode()):
            hint = f"It must equal the value of {self.variable} on the server."
            raise Refused(Problem(403, "forbidden", "The API key is wrong.", "authorization", hint))


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine.

    >>> is_loopback("127.0.0.1"), is_loopback("::1"), is_loopback("localhost"), is_loopback("0.0.0.0")
    (True, True, True, False)
    """
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
