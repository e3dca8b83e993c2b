"""What a caller asks of a recommender, with its bounds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from shelfwise.errors import InputError
from shelfwise.recommend.placements.recipes import PLACEMENTS

LIMIT: Final = 50  # products in a row
IDS: Final = 200  # seeds, and products to exclude
TEXT: Final = 1_000  # characters of a name, a category or a query


@dataclass(frozen=True, slots=True)
class Ask:
    """Who asks, for which placement, about what. See `Shop.recommend`."""

    shopper: str | None = None
    placement: str = "home"
    seeds: tuple[str, ...] = ()
    category: str | None = None
    query: str | None = None
    limit: int = 12
    exclude: tuple[str, ...] = ()
    region: str | None = None


NEEDS: Final = {"product": ("seeds", "the product of the page"), "category": ("category", "the path of the category")}


def checked(ask: Ask) -> Ask:
    """The same. Raises InputError naming the field, what was found and what was expected.

    >>> checked(Ask(placement="attic"))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    shelfwise.errors.InputError: placement: found 'attic', expected one of home, category, ...
    """
    if ask.placement not in PLACEMENTS:
        raise InputError(f"placement: found {ask.placement!r}, expected one of {', '.join(PLACEMENTS)}.")
    if not 1 <= ask.limit <= LIMIT:
        raise InputError(f"limit: found {ask.limit}, expected 1 to {LIMIT}.")
    for field in ("seeds", "exclude"):
        _check_ids(field, getattr(ask, field))
    for field in ("shopper", "category", "query", "region"):
        given = getattr(ask, field)
        if given is not None and not 0 < len(given) <= TEXT:
            raise InputError(f"{field}: found {len(given)} characters, expected 1 to {TEXT}.")
    field, what = NEEDS.get(ask.placement, ("", ""))
    if field and not getattr(ask, field):
        raise InputError(f"{field}: found none, expected {what}, which placement {ask.placement!r} is about.")
    return ask


def _check_ids(field: str, ids: Sequence[str]) -> None:
    if len(ids) > IDS:
        raise InputError(f"{field}: found {len(ids)} products, expected at most {IDS}.")
    for id in ids:
        if not 0 < len(id) <= TEXT:
            raise InputError(f"{field}: found an id of {len(id)} characters, expected 1 to {TEXT}.")
