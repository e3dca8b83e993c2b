"""The contracts of language: text to tokens, text to vectors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from shelfwise.types import Float32

TextKind = Literal["query", "product"]


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of text as the index knows it, and where it stood: text[start:end] of the original."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Analysis:
    """What a text becomes. Every engine stores these tokens and nothing else.

    words: stemmed English words and Chinese words, in order (stop words are kept; queries drop them).
    codes: exact identifiers found in the text in one spelling (`TN-2110`, `tn 2110` → tn2110; `128 GB` → 128gb).
    grams: overlapping pairs of neighbouring Chinese characters, for what word segmentation cuts differently.
    """

    words: tuple[Token, ...]
    codes: tuple[Token, ...]
    grams: tuple[Token, ...]


class Analyzer(Protocol):
    """Text → tokens, for both languages and for text that mixes them. The same text gives the same tokens."""

    fingerprint: str  # changes whenever tokens would change, so that an index knows it is out of date

    def analyze(self, text: str) -> Analysis: ...


class Encoder(Protocol):
    """v = M_θ(x): texts → unit vectors, Float32[n, d]. Raises EncoderError when it cannot."""

    name: str  # names weights and settings: two encoders of one name give the same vectors

    @property
    def dim(self) -> int: ...  # an endpoint learns it when first asked; a plain attribute will do as well

    def encode(self, texts: Sequence[str], kind: TextKind) -> Float32: ...
