"""Files that pages load: the storefront's own, and the shop's pictures."""

from __future__ import annotations

from typing import Final

from starlette.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from shelfwise.errors import NotFoundError
from shelfwise.service.context import Service
from shelfwise.service.storefront.visitor import YEAR

KINDS: Final = {
    ".svg": "image/svg+xml",
    ".webp": "image/webp",
    ".avif": "image/avif",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
}
# A picture that is opened by itself must not run scripts.
PICTURE_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


class Static(StaticFiles):
    """The page's own files; an address with a version may be kept for ever."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """One file."""
        answer = await super().get_response(path, scope)
        age = YEAR if scope["query_string"].startswith(b"v=") else 3600
        answer.headers["cache-control"] = f"public, max-age={age}"
        return answer


def picture(service: Service, path: str) -> Response:
    """A picture of the shop. Raises NotFoundError."""
    file = None if "\x00" in path else service.shop.picture(path)
    kind = KINDS.get(file.suffix.lower()) if file else None
    if file is None or kind is None or not file.is_file():
        raise NotFoundError("There is no such picture.")
    headers = {"cache-control": "public, max-age=86400", "content-security-policy": PICTURE_POLICY}
    return FileResponse(file, media_type=kind, headers=headers)
