"""Characters as multilingual-e5-small knows them: those of its pieces that are one character.

The encoder's own pieces do not end where spans do, so it reads a text character by character here, a space where one
stands in the text. 7,689 Chinese characters are pieces; a character that is none is the unknown piece.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

from shelfwise.language.encoders.e5_weights import E5Weights
from shelfwise.understanding.tagging.units import Unit, split

SPACE: Final = "\u2581"
LONGEST: Final = 254  # characters that are read
_CONTROL: Final = 4  # <s>, <pad>, </s>, <unk>


@dataclass(frozen=True, slots=True)
class Encoded:
    """ids: the tokens of a text, both ends included. firsts: of each unit that was read, the place of its first."""

    ids: list[int]
    firsts: list[int]


class Characters:
    """Character → token id: 0 <s>, 1 <pad>, 2 </s>, 3 unknown, then `known` in order."""

    def __init__(self, known: Sequence[str]) -> None:
        self.known = tuple(known)
        self._ids = {char: at + _CONTROL for at, char in enumerate(known)}

    @classmethod
    def of(cls, weights: E5Weights) -> Self:
        """Those that the encoder has a piece for."""
        return cls(sorted({piece for piece, _ in weights.pieces[_CONTROL:] if len(piece) == 1}))

    def encode(self, units: Sequence[Unit]) -> Encoded:
        """The tokens of units."""
        ids, firsts = [0], []
        for unit in units:
            if len(ids) + len(unit.text) > LONGEST:
                break
            if unit.apart:
                ids.append(self._ids.get(SPACE, 3))
            firsts.append(len(ids))
            ids += [self._ids.get(char, 3) for char in unit.text]
        return Encoded([*ids, 2], firsts)

    def tokens(self, texts: Sequence[str]) -> list[list[int]]:
        """The tokens of texts."""
        return [self.encode(split(text)).ids for text in texts]

    def rows(self, weights: E5Weights) -> list[int]:
        """Of each token id the row of the encoder's word table."""
        row = {piece: at for at, (piece, _) in enumerate(weights.pieces)}
        return [*range(_CONTROL), *(row[char] for char in self.known)]
