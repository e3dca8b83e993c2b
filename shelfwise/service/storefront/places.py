"""Where on the shop's pages a product was shown: what events about it go back to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import urlencode

LENGTH: Final = 120  # characters of a name that comes back from a page
FARTHEST: Final = 10_000  # position


@dataclass(frozen=True, slots=True)
class Place:
    """A list of products: the placement, the answer that it shows ("" where there is none to go back to), and its name
    among the rows of the placement. `position` is that of one product in it, from 1; 0: the list itself."""

    placement: str
    query_id: str = ""
    row: str = ""
    position: int = 0

    def at(self, position: int) -> Place:
        """The place of one product."""
        return replace(self, position=position)

    def named(self, row: str) -> Place:
        """The place of a row that a page makes by itself."""
        return replace(self, row=row, query_id="")

    @property
    def parameters(self) -> str:
        """The place as the end of an address.

        >>> Place("home", "q1", "for_you", 3).parameters
        '&placement=home&query_id=q1&row=for_you&position=3'
        """
        pairs = [(name, getattr(self, name)) for name in ("placement", "query_id", "row", "position")]
        return "".join(f"&{urlencode([pair])}" for pair in pairs if pair[1])

    @property
    def data(self) -> dict[str, str | None]:
        """The place as attributes of the list, for the page's script."""
        return {
            "data-placement": self.placement,
            "data-query": self.query_id or None,
            "data-row": self.row or None,
        }

    @property
    def fields(self) -> dict[str, Any]:
        """The place as fields of an Event."""
        told: dict[str, Any] = {"placement": self.placement or None, "query_id": self.query_id or None}
        told |= {"position": self.position} if self.position else {}
        return told | ({"properties": {"row": self.row}} if self.row else {})


def read_place(parameters: Mapping[str, str]) -> Place:
    """The place that an address names; what is not one is passed over.

    >>> read_place({"placement": "home", "position": "-1"})
    Place(placement='home', query_id='', row='', position=0)
    """
    placement, query_id, row = (_name(parameters.get(name, "")) for name in ("placement", "query_id", "row"))
    position = parameters.get("position", "")
    whole = position.isascii() and position.isdigit() and len(position) < 6
    return Place(placement, query_id, row, min(int(position), FARTHEST) if whole else 0)


def _name(text: str) -> str:
    return text if text.isprintable() and len(text) <= LENGTH else ""
