"""A shop that server processes open for themselves; they find the function by name."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import fake_shop


@contextmanager
def fake(pictures: Path) -> Iterator[Any]:
    """The fake shop."""
    yield fake_shop.FakeShop(pictures)
