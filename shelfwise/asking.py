"""From what a caller says to a `Query` that can be answered: a wrong option is named, not searched with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from difflib import get_close_matches
from typing import Any, Final, get_args

from shelfwise.errors import InputError
from shelfwise.retrieval.filters import parse_filter
from shelfwise.types import Locale, Mode, Page, Query, Sort

OPTIONS: Final = tuple(field.name for field in fields(Query) if field.name not in ("text", "page"))
CHOICES: Final = {"sort": get_args(Sort), "mode": (*get_args(Mode), None), "locale": (*get_args(Locale), None)}


def asked(query: Query | str, limit: int | None = None, offset: int | None = None, **options: Any) -> Query:
    """The query that a text and options make, or the whole `Query` given.

    Options are the fields of `Query`; `filters` may be written as JSON. Raises InputError for an unknown option, a
    value that it cannot have, or options beside a whole `Query`.

    >>> asked("shoes", limit=3, sort="price").page
    Page(offset=0, limit=3)
    """
    if isinstance(query, Query):
        given = [name for name, value in (("limit", limit), ("offset", offset), *options.items()) if value is not None]
        if given:
            raise InputError(f"A whole Query and {', '.join(given)}: expected one or the other.")
        return _checked(query)
    for name in options:
        if name not in OPTIONS:
            near = get_close_matches(name, OPTIONS, 1, 0.4) or OPTIONS
            raise InputError(f"unknown option {name!r} of a search; expected {', '.join(near)}.")
    whole = Page()
    page = Page(whole.offset if offset is None else offset, whole.limit if limit is None else limit)
    return _checked(Query(query, page=page, **options))


def _checked(query: Query) -> Query:
    if not isinstance(query.text, str):
        raise InputError(f"query: found {query.text!r}, expected a text.")
    for name, choices in CHOICES.items():
        value = getattr(query, name)
        if value not in choices:
            known = ", ".join(choice for choice in choices if choice)
            raise InputError(f"{name}: found {value!r}, expected one of {known}.")
    for name in ("offset", "limit"):
        value = getattr(query.page, name)
        if not isinstance(value, int):
            raise InputError(f"{name}: found {value!r}, expected a whole number.")
    for name, what in (("facets", "fields"), ("dismissed", "keys")):
        if isinstance(getattr(query, name), str):
            raise InputError(f"{name}: found {getattr(query, name)!r}, expected a list of {what}.")
    facets = None if query.facets is None else tuple(query.facets)
    given: Mapping[str, Any] | Any = query.filters
    return replace(query, facets=facets, dismissed=tuple(query.dismissed), filters=parse_filter(given))
