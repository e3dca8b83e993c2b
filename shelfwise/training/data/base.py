"""The contract of sources: where examples come from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from shelfwise.training.data.examples import Example


class Source(Protocol):
    """Examples out of one kind of data.

    name: what the examples say in `source`.
    examples: each example, in an order that follows from the data alone. Raises InputError (FeedError for a file that
    cannot be read) when nothing can be made of the data; a part that cannot be used is left out and noted.
    notes: what the last `examples` left out and why, one short sentence each, without texts of shoppers.
    """

    @property
    def name(self) -> str: ...

    def examples(self) -> Iterator[Example]: ...

    def notes(self) -> tuple[str, ...]: ...
