"""A calm word above the results when a query asks for something that a list of products does not answer by itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from shelfwise.retrieval.document import selling_price
from shelfwise.service.storefront.address import Address
from shelfwise.service.storefront.format import discount
from shelfwise.slate import Slate
from shelfwise.types import Locale, Sort
from shelfwise.understanding.base import Understanding
from shelfwise.understanding.intent.taxonomy import probable

REDUCED: Final = 0.05  # the least share taken off that counts as reduced
SORTS: Final[dict[str, Sort]] = {"read_reviews": "-rating", "new_arrivals": "-newest"}


@dataclass(frozen=True, slots=True)
class Asked:
    """What is wanted: its name, the text about it ("asked.<key>"), and an address that may help, of which
    "offer.<key>" is the text."""

    label: str
    key: str
    href: str | None = None
    offer: str = ""


def asked(slate: Slate, address: Address, locale: Locale) -> Asked | None:
    """What to say about the most probable intent; None where the products are the answer.

    What looks out of scope is in scope where products have its words: rare goods are told from small talk by them.
    """
    u = slate.understanding
    intent = probable(u.intent)
    if intent is None or _names_goods(u):
        return None
    label = intent.label[locale]
    if not intent.search:
        found = bool(slate.items) and all(step.step != "words" for step in slate.relaxed)
        return None if found and not intent.send_to else Asked(label, intent.send_to or "nothing")
    if intent.name in SORTS and slate.items:
        sort = SORTS[intent.name]
        return Asked(label, intent.name, address.href(sort=sort) if address.sort != sort else None, intent.name)
    if intent.name == "deals" and slate.items and "discount" not in address.bounds:
        return _deals(slate, address, label)
    return None


def _names_goods(u: Understanding) -> bool:
    """Whether one bare word is a number or a name of goods ("nova", "500"): an intent is not to be had of it."""
    named = any(one.kind in ("brand", "model", "product") for one in u.constraints)
    return len(u.tokens.words) == 1 and (named or u.text.strip().isdecimal())


def _deals(slate: Slate, address: Address, label: str) -> Asked:
    """What is reduced, where anything on the page is; else the lowest prices."""
    if any(discount(selling_price(product), product.list_price) for product in slate.products):
        return Asked(label, "deals", address.href(bounds={**address.bounds, "discount": (REDUCED, None)}), "deals")
    return Asked(label, "no_deals", address.href(sort="price") if address.sort != "price" else None, "no_deals")
