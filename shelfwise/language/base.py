"""The contracts of language: text to tokens, text to vectors, text to text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, Protocol, TypeAlias

from shelfwise.types import Float32

TextKind = Literal["query", "product"]
JsonSchema: TypeAlias = Mapping[str, Any]


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


class CrossEncoder(Protocol):
    """s = M(query, text): how well a text fits a query, read together. Threads may share it.

    score: Float32[n] in the order of the texts, any number, higher is better; comparable within one query. Raises
    EncoderError when it cannot.
    """

    name: str  # names weights and settings: two of one name give the same scores

    def score(self, query: str, texts: Sequence[str]) -> Float32: ...


@dataclass(frozen=True, slots=True)
class Message:
    """A part of a conversation with a generator. What a shopper wrote goes into messages of the user only."""

    role: Literal["system", "user", "assistant"]
    text: str


@dataclass(frozen=True, slots=True)
class Budget:
    """What one answer may cost: tokens made, and seconds from the call to its last piece."""

    tokens: int = 512
    seconds: float = 10.0

    @property
    def characters(self) -> int:
        """The longest answer that is read: nothing has more than 16 characters a token for long.

        >>> Budget(tokens=100).characters
        1600
        """
        return 16 * self.tokens


DEFAULT_BUDGET: Final = Budget()


class Generator(Protocol):
    """Messages → text, in pieces as they are made. Threads may share it.

    With a schema the pieces together are one JSON text of it, as far as the model can be held to it: check what
    comes. Raises GeneratorError, also between pieces, when there is no answer, or none within the budget.
    """

    name: str  # names the model and where it runs: the same name and messages give answers of one kind

    def generate(
        self, messages: Sequence[Message], schema: JsonSchema | None = None, budget: Budget = DEFAULT_BUDGET
    ) -> Iterator[str]: ...
