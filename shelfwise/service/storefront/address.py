"""A search as an address: `/search?q=phone&f.brand=Nova&min.price=1000&sort=price&page=2`.

`f.<field>` chooses a value (several: any of them), `min.<field>` and `max.<field>` bound a number, `exact=1` searches
the text as typed, `no=price:under 500` takes back a reading of the text. What cannot be understood is passed over, so
that an old or mangled link still shows a page.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, get_args
from urllib.parse import urlencode

from shelfwise.service.wire_understanding import KEY_LENGTH, KEYS
from shelfwise.types import And, AnyOf, Filter, Range, Sort

SORTS: Final[tuple[Sort, ...]] = get_args(Sort)
SELECTIONS: Final = 60  # chosen values that are read from one address
LAST_PAGE: Final = 400

Bounds = tuple[float | None, float | None]


@dataclass(frozen=True, slots=True)
class Address:
    """What a shopper asked for; `chosen` is field → values, `bounds` is field → (low, high), `dismissed` holds keys of
    readings that the shopper took back (Query.dismissed)."""

    text: str = ""
    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    bounds: Mapping[str, Bounds] = field(default_factory=dict)
    sort: Sort = "relevance"
    page: int = 1
    exact: bool = False
    dismissed: tuple[str, ...] = ()

    def href(self, **changes: Any) -> str:
        """The address with changes; any change but of the page goes back to page 1."""
        return replace(self, **{"page": 1, **changes}).path()

    def path(self) -> str:
        """The address itself."""
        pairs = [("q", self.text)] if self.text else []
        pairs += [("no", key) for key in self.dismissed]
        pairs += self.narrowing()
        pairs += [("sort", self.sort)] if self.sort != "relevance" else []
        pairs += [("exact", "1")] if self.exact else []
        pairs += [("page", str(self.page))] if self.page > 1 else []
        return f"/search?{urlencode(pairs)}" if pairs else "/search"

    def narrowing(self, shown: frozenset[str] = frozenset()) -> list[tuple[str, str]]:
        """The parameters of all filters but those on the fields in `shown`."""
        pairs = [(f"f.{name}", value) for name, values in self.chosen.items() for value in values if name not in shown]
        for name, (low, high) in self.bounds.items():
            pairs += [(f"min.{name}", f"{low:.12g}")] if low is not None and name not in shown else []
            pairs += [(f"max.{name}", f"{high:.12g}")] if high is not None and name not in shown else []
        return pairs

    def only(self, name: str, value: str) -> str:
        """The address with this value as the only one of its field."""
        return self.href(chosen={**self.chosen, name: (value,)})

    def without(self, name: str, value: str | None = None) -> str:
        """The address without one value of a field, or without all of it and its bounds."""
        chosen = {key: values for key, values in self.chosen.items() if key != name}
        left = tuple(other for other in self.chosen.get(name, ()) if value is not None and other != value)
        if left:
            chosen[name] = left
        bounds = {key: ends for key, ends in self.bounds.items() if key != name or value is not None}
        return self.href(chosen=chosen, bounds=bounds)

    def dismiss(self, key: str) -> str | None:
        """The address without a reading of its text; None when no more can be taken back."""
        full = len(self.dismissed) >= KEYS or len(key) > KEY_LENGTH
        return None if full else self.href(dismissed=(*self.dismissed, key))

    def filter(self) -> Filter | None:
        """The same as a filter: any value of a field, all fields together."""
        filters = (*self.choices().values(), *self.ranges().values())
        return None if not filters else filters[0] if len(filters) == 1 else And(filters)

    def choices(self) -> dict[str, Filter]:
        """The filter on each field of which values are chosen."""
        return {name: AnyOf(name, values) for name, values in self.chosen.items()}

    def ranges(self) -> dict[str, Filter]:
        """The filter on each field that is bounded."""
        return {name: Range(name, low, high) for name, (low, high) in self.bounds.items()}

    @property
    def narrowed(self) -> bool:
        """Whether anything is filtered."""
        return bool(self.chosen or self.bounds)


def read_address(pairs: Iterable[tuple[str, str]], length: int) -> Address:
    """The address of a request's parameters; the text is cut at `length` characters."""
    chosen: dict[str, tuple[str, ...]] = {}
    ends: dict[str, list[float | None]] = {}
    plain: dict[str, str] = {}
    dismissed: dict[str, None] = {}
    for key, value in list(pairs)[: 4 * SELECTIONS]:
        kind, _, name = key.partition(".")
        if kind == "f" and name and value and sum(map(len, chosen.values())) < SELECTIONS:
            chosen[name] = tuple(dict.fromkeys((*chosen.get(name, ()), value)))
        elif kind in {"min", "max"} and name:
            ends.setdefault(name, [None, None])[kind == "max"] = _number(value)
        elif key == "no" and 0 < len(value) <= KEY_LENGTH:
            dismissed[value] = None
        else:
            plain.setdefault(key, value)
    return Address(
        text=" ".join(plain.get("q", "")[:length].split()),
        chosen=chosen,
        bounds={name: (low, high) for name, (low, high) in ends.items() if low is not None or high is not None},
        sort=next((sort for sort in SORTS if sort == plain.get("sort")), "relevance"),
        page=min(_page(plain.get("page", "")), LAST_PAGE),
        exact=plain.get("exact") == "1",
        dismissed=tuple(dismissed)[:KEYS],
    )


def _number(text: str) -> float | None:
    try:
        value = float(text.strip())
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _page(text: str) -> int:
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 6 else 1
