"""What clients of model endpoints share: the address, when to try again, and what may be told of a failure."""

from __future__ import annotations

from typing import Final

import httpx

LONGEST_WAIT: Final = 30.0
_BUSY: Final = (408, 409, 425, 429)


def address(url: str, path: str) -> httpx.URL:
    """The address of a service under a base address. Raises ValueError saying what was expected.

    >>> str(address("https://host/v1/", "embeddings"))
    'https://host/v1/embeddings'
    """
    expected = f"is {url!r}, expected an address such as https://host/v1"
    try:
        found = httpx.URL(f"{url.rstrip('/')}/{path}")
    except httpx.InvalidURL as error:
        raise ValueError(expected) from error
    if found.scheme not in ("http", "https") or not found.host:
        raise ValueError(expected)
    return found


def passes(status: int) -> bool:
    """Whether a refusal is one of load or health, so that the same request may be answered later."""
    return status in _BUSY or status >= 500


def wait_before(attempt: int, answer: httpx.Response | None = None) -> float:
    """Seconds before the next try: as the server says (Retry-After), else 0.5, 1, 2 … after the 1st, 2nd, 3rd …

    >>> wait_before(3)
    2.0
    """
    try:
        told = float(answer.headers["retry-after"]) if answer is not None else 0.5 * 2.0 ** (attempt - 1)
    except (KeyError, ValueError):  # absent, or a date
        told = 0.5 * 2.0 ** (attempt - 1)
    return min(max(told, 0.0), LONGEST_WAIT)


def shown(url: httpx.URL) -> str:
    """The address without credentials and parameters, for messages.

    >>> shown(httpx.URL("https://me:secret@host/v1?key=secret"))
    'https://host/v1'
    """
    return f"{url.scheme}://{url.netloc.decode()}{url.path}"
