"""Shelfwise: language models at work in e-commerce search and recommendation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shelfwise.slate import Recommendations, Slate
from shelfwise.types import AllOf, And, AnyOf, Event, Exists, Money, NoneOf, Not, Or, Page, Product, Query, Range

if TYPE_CHECKING:
    from shelfwise.shop import Shop

__version__ = "0.1.0"
__all__ = [
    "AllOf",
    "And",
    "AnyOf",
    "Event",
    "Exists",
    "Money",
    "NoneOf",
    "Not",
    "Or",
    "Page",
    "Product",
    "Query",
    "Range",
    "Recommendations",
    "Shop",
    "Slate",
]


def __getattr__(name: str) -> Any:
    """Loads the shop (and with it the engine) when it is first asked for, so that the vocabulary alone stays light."""
    if name == "Shop":
        from shelfwise.shop import Shop

        return Shop
    raise AttributeError(f"module 'shelfwise' has no attribute {name!r}")
