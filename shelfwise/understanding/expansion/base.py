"""The contract of the miners: what a candidate for a synonym is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal, get_args

from shelfwise.types import Locale

Source = Literal["translations", "brackets", "encoder", "log"]
SOURCES: Final[tuple[Source, ...]] = get_args(Source)
EXAMPLES: Final = 3  # pieces of evidence that are kept

Progress = Callable[[int, int | None], None]  # so much is done, of so much


@dataclass(frozen=True, slots=True)
class Candidate:
    """Who asks for `words` might also mean `other`; unless `one_way` also the other way round.

    words, other: as people write them, folded, English words divided by spaces. languages: of `words` and of `other`.
    confidence: the share of such candidates that is expected to be good, 0 to 1. evidence: what speaks for it, for a
    person to read. source: the miner.

    >>> Candidate("碎纸机", "shredder", ("zh", "en"), False, 0.8, ("碎纸机 A4 / Shredder, A4",), "translations").rule()
    '碎纸机, shredder'
    >>> Candidate("netbook", "laptop", ("en", "en"), True, 0.8, (), "log").rule()
    'netbook => laptop'
    """

    words: str
    other: str
    languages: tuple[Locale, Locale]
    one_way: bool
    confidence: float
    evidence: tuple[str, ...]
    source: Source

    def rule(self) -> str:
        """The line for the shop's file of synonyms."""
        return f"{self.words} {'=>' if self.one_way else ','} {self.other}".replace(" ,", ",")

    @property
    def key(self) -> tuple[str, str]:
        """The two sides in one order: what makes two candidates the same."""
        first, second = sorted((self.words, self.other))
        return first, second
