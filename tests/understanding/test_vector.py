"""One call of the encoder a query, and what is made of its rows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from shelfwise.errors import EncoderError
from shelfwise.language.base import TextKind
from shelfwise.language.encoders.fake import FakeEncoder
from shelfwise.types import Float32
from shelfwise.understanding.base import Reading, Understanding
from shelfwise.understanding.vector import VectorStep


class Counting(FakeEncoder):
    def __init__(self) -> None:
        super().__init__(64)
        self.calls: list[tuple[str, ...]] = []

    def encode(self, texts: Sequence[str], kind: TextKind) -> Float32:
        assert kind == "query"
        self.calls.append(tuple(texts))
        return super().encode(texts, kind)


class Broken(FakeEncoder):
    def encode(self, texts: Sequence[str], kind: TextKind) -> Float32:
        raise EncoderError("no answer")


def as_it_is(vector: Float32, language: str) -> Float32:
    return vector


def row(text: str) -> Float32:
    return FakeEncoder(64).encode([text], "query")[0]


@pytest.mark.parametrize(
    ("reading", "rewrite", "text", "asked"),
    [
        (Reading("phone", "phone"), "", "phone", ("phone",)),
        (Reading("phone", "phone"), "", "i need a phone", ("phone", "i need a phone")),
        (Reading("fone", "phone"), "", "fone", ("fone", "phone")),
        (Reading("phone", "phone"), "mobile", "a phone", ("phone", "mobile", "a phone")),
        (Reading(), "", "under 500", ("under 500",)),
    ],
)
def test_one_call_whatever_is_asked(reading: Reading, rewrite: str, text: str, asked: tuple[str, ...]) -> None:
    encoder = Counting()
    u = VectorStep(encoder, as_it_is)(Understanding(text, text=text, reading=reading, rewrite=rewrite))
    assert encoder.calls == [asked]
    searched = list(dict.fromkeys(one for one in (reading.text, reading.searched, rewrite) if one))
    assert u.whole is not None
    np.testing.assert_allclose(u.whole, row(text))
    if searched:
        assert u.vector is not None
        np.testing.assert_allclose(u.vector, np.mean([row(one) for one in searched], axis=0), rtol=1e-6)
    else:
        assert u.vector is None


@pytest.mark.parametrize(("language", "centre"), [("en", "en"), ("zh", "zh"), ("mixed", "zh")])
def test_the_vector_is_moved_by_the_centre_of_its_language(language: str, centre: str) -> None:
    asked = []

    def moved(vector: Float32, of: str) -> Float32:
        asked.append(of)
        return vector + 1

    u = Understanding("x", text="x", reading=Reading("x", "x"), language=language)  # type: ignore[arg-type]
    found = VectorStep(FakeEncoder(64), moved)(u)
    assert asked == [centre]
    assert found.vector is not None
    np.testing.assert_allclose(found.vector, row("x") + 1)


def test_nothing_typed_is_not_encoded() -> None:
    encoder = Counting()
    u = VectorStep(encoder, as_it_is)(Understanding(""))
    assert (u.vector, u.whole, encoder.calls) == (None, None, [])


def test_an_encoder_that_does_not_answer_is_an_error_for_the_caller() -> None:
    with pytest.raises(EncoderError):
        VectorStep(Broken(), as_it_is)(Understanding("x", text="x", reading=Reading("x", "x")))
