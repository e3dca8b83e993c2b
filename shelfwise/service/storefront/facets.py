"""Facets as a page shows them: names in the shopper's language, chosen values on top, histograms as bars."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from shelfwise.retrieval.base import CATEGORY_SEPARATOR
from shelfwise.retrieval.labels import Labels
from shelfwise.retrieval.relax import describe
from shelfwise.service.storefront.address import Address
from shelfwise.service.storefront.format import money, number
from shelfwise.types import Facet, FacetValue, Locale, Money

OPEN_VALUES = 8  # values of a facet that are shown before "more"


@dataclass(frozen=True, slots=True)
class Line:
    """One value: its name, how many matches have it, and where its link leads."""

    value: str
    label: str
    count: int
    chosen: bool
    href: str
    depth: int = 0
    height: float = 0.0  # of a histogram's bar, in percent of the highest
    inside: bool = True  # of a histogram's bar: within the chosen bounds


@dataclass(frozen=True, slots=True)
class Group:
    """One facet; `kind` is terms, tree, number or stars."""

    field: str
    label: str
    kind: str
    lines: tuple[Line, ...]
    low: str = ""
    high: str = ""
    chosen_low: str = ""
    chosen_high: str = ""


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter, and the address without it; `unused` when it was given up because nothing passed it."""

    label: str
    href: str
    unused: bool = False


class Facets:
    """Makes groups and chips in one language."""

    def __init__(self, labels: Labels, locale: Locale, currency: str) -> None:
        self.labels = labels
        self.locale = locale
        self.currency = currency

    def groups(self, facets: Iterable[Facet], address: Address) -> list[Group]:
        """The facets worth showing: those with a choice to make, or with one made."""
        made = [self._group(facet, address) for facet in facets]
        return [group for group in made if len(group.lines) > 1 or any(line.chosen for line in group.lines)]

    def chips(self, address: Address, given_up: frozenset[str] = frozenset()) -> list[Chip]:
        """The filters asked for. given_up: those that the search left out, in its own words."""
        unused = {name for name, part in address.choices().items() if describe(part) in given_up}
        unbound = {name for name, part in address.ranges().items() if describe(part) in given_up}
        chosen = [
            Chip(f"{self.field(name)}: {self.value(name, value)}", address.without(name, value), name in unused)
            for name, values in address.chosen.items()
            for value in values
        ]
        bounded = [
            Chip(f"{self.field(name)}: {self._span(name, low, high)}", address.without(name), name in unbound)
            for name, (low, high) in address.bounds.items()
        ]
        return chosen + bounded

    def field(self, name: str, facet: Facet | None = None) -> str:
        """The name of a field."""
        own = facet.label.get(self.locale) if facet else None
        return own or self.labels.field(name, self.locale)

    def value(self, name: str, value: str, line: FacetValue | None = None) -> str:
        """The name of a value."""
        own = line.label.get(self.locale) if line else None
        return own or self.labels.value(name, value, self.locale)

    def _group(self, facet: Facet, address: Address) -> Group:
        if facet.kind == "tree":
            return Group(facet.field, self.field(facet.field, facet), "tree", tuple(self._tree(facet, address)))
        if facet.kind == "terms":
            counted = {line.value for line in facet.values}
            absent = (value for value in address.chosen.get(facet.field, ()) if value not in counted)
            values = [*facet.values, *(FacetValue(value, 0) for value in absent)]
            lines = [self._term(facet, line, address) for line in values]
            lines.sort(key=lambda line: not line.chosen)  # stable: chosen ones first, then by count
            return Group(facet.field, self.field(facet.field, facet), "terms", tuple(lines))
        return self._stars(facet, address) if facet.field == "rating" else self._numbers(facet, address)

    def _term(self, facet: Facet, line: FacetValue, address: Address) -> Line:
        name = facet.field
        chosen = line.selected or line.value in address.chosen.get(name, ())
        href = address.without(name, line.value) if chosen else address.only(name, line.value)
        return Line(line.value, self.value(name, line.value, line), line.count, chosen, href)

    def _tree(self, facet: Facet, address: Address) -> Iterable[Line]:
        """The way down to the chosen category, and what lies right below it (or beside it, if it is a leaf)."""
        name = facet.field
        paths = [line.value for line in facet.values]
        here = (address.chosen.get(name) or ("",))[0]
        opened = _parent(here) if here and not _children(paths, here) else here
        while len(_children(paths, opened)) == 1:  # one child is no choice: its children are
            opened = _children(paths, opened)[0]
        for line in sorted(facet.values, key=lambda line: _path_order(line, facet)):
            if _is_at_or_above(line.value, opened) or _parent(line.value) == opened:
                chosen = bool(here) and _is_at_or_above(line.value, here)
                href = address.without(name) if here == line.value else address.only(name, line.value)
                label = self.value(name, line.value, line)
                yield Line(line.value, label, line.count, chosen, href, line.value.count(CATEGORY_SEPARATOR))

    def _stars(self, facet: Facet, address: Address) -> Group:
        """So many stars and more, the most first; a step that adds no product is left out."""
        name = facet.field
        chosen = address.bounds.get(name, (None, None))
        lines: list[Line] = []
        count = 0
        for line in sorted(facet.values, key=lambda line: -(line.low or 0.0)):
            count += line.count
            more = count > (lines[-1].count if lines else 0)
            if line.low is not None and (more or chosen == (line.low, None)):
                here = chosen == (line.low, None)
                href = (
                    address.without(name) if here else address.href(bounds={**address.bounds, name: (line.low, None)})
                )
                lines.append(Line(line.value, number(line.low), count, here, href))
        return Group(
            name,
            self.field(name, facet),
            "stars",
            tuple(lines),
            chosen_low=_plain(chosen[0]),
            chosen_high=_plain(chosen[1]),
        )

    def _numbers(self, facet: Facet, address: Address) -> Group:
        name = facet.field
        low, high = address.bounds.get(name, (None, None))
        highest = max((line.count for line in facet.values), default=0) or 1
        lines = [
            Line(
                value=line.value,
                label=self._span(name, line.low, line.high),
                count=line.count,
                chosen=(low, high) == (line.low, line.high),
                href=address.href(bounds={**address.bounds, name: (line.low, line.high)}),
                height=round(100 * line.count / highest, 1),
                inside=_overlaps(line, low, high),
            )
            for line in facet.values
        ]
        label = self.field(name, facet)
        ends = (_plain(facet.low), _plain(facet.high), _plain(low), _plain(high))
        return Group(name, label, "number", tuple(lines), *ends)

    def _span(self, name: str, low: float | None, high: float | None) -> str:
        if low is None:
            return f"≤ {self._number(name, high)}"
        if high is None:
            return f"≥ {self._number(name, low)}"
        return f"{self._number(name, low)} – {self._number(name, high)}"

    def _number(self, name: str, value: float | None) -> str:
        if value is None:
            return ""
        if name in {"price", "list_price"}:
            return money(Money(Decimal(str(value)), self.currency))
        if name == "discount":
            return f"{value:.0%}"
        return number(value)


def _path_order(line: FacetValue, facet: Facet) -> tuple[tuple[int, str], ...]:
    """Sorts a tree as it is read: parents before children, siblings by count."""
    counts = {other.value: other.count for other in facet.values}
    parts = line.value.split(CATEGORY_SEPARATOR)
    paths = [CATEGORY_SEPARATOR.join(parts[: end + 1]) for end in range(len(parts))]
    return tuple((-counts.get(path, 0), path) for path in paths)


def _overlaps(line: FacetValue, low: float | None, high: float | None) -> bool:
    above = low is None or line.high is None or line.high > low
    below = high is None or line.low is None or line.low <= high
    return above and below


def _plain(value: float | None) -> str:
    return "" if value is None else f"{value:.10g}"


def _parent(path: str) -> str:
    return path.rpartition(CATEGORY_SEPARATOR)[0]


def _children(paths: list[str], path: str) -> list[str]:
    return [other for other in paths if other != path and _parent(other) == path]


def _is_at_or_above(path: str, other: str) -> bool:
    return path == other or other.startswith(path + CATEGORY_SEPARATOR)
