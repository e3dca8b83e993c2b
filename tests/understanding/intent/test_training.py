"""A shop's head: made from the project's utterances and the merchant's, kept with a card, made once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from shelfwise.errors import CorruptIndexError, InputError
from shelfwise.language.base import TextKind
from shelfwise.types import Float32
from shelfwise.understanding.intent import builder, training
from shelfwise.understanding.intent.builder import EXAMPLES, IntentBuilder, lessons_of
from shelfwise.understanding.intent.datasets import LabelledTexts
from shelfwise.understanding.intent.head import WEIGHTS, IntentHead
from shelfwise.understanding.intent.training import Card, Lessons, figures, latest_head, merchant_lessons
from tests.understanding.intent.intent_texts import texts_and_labels, vectors_of

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
TEXTS, LABELS = texts_and_labels()
OWN = Lessons(
    tuple(TEXTS),
    tuple(LABELS),
    tuple(TEXTS),
    tuple("en" if t.isascii() else "zh" for t in TEXTS),
    ("own",) * len(TEXTS),
)


class SmallEncoder:
    """Vectors by the label of known texts; counts what it encodes."""

    dim = 16

    def __init__(self, name: str = "small") -> None:
        self.name = name
        self.encoded = 0

    def encode(self, texts: Sequence[str], kind: TextKind) -> Float32:
        assert kind == "query"
        self.encoded += len(texts)
        known = dict(zip(TEXTS, LABELS, strict=True))
        return vectors_of([known.get(text, "deals") for text in texts])


@pytest.fixture(autouse=True)
def few_lessons(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(builder, "own_lessons", lambda: OWN)


@pytest.fixture
def times() -> Iterator[datetime]:
    return (NOON + timedelta(hours=hours) for hours in range(10))


def built(folder: Path, encoder: SmallEncoder, made: datetime, **more: object) -> Path:
    folder.mkdir()
    IntentBuilder(encoder, lambda: made, **more).write(folder)  # type: ignore[arg-type]
    return folder


def test_a_generation_gets_a_head_and_its_card(tmp_path: Path) -> None:
    folder = built(tmp_path / "a", SmallEncoder(), NOON)
    head, card = IntentHead.open(folder), Card.read(folder)
    assert head.labels == tuple(sorted(set(LABELS)))
    assert card is not None
    assert (card.encoder, card.made, card.texts, card.labels) == ("small", NOON.isoformat(), len(TEXTS), 4)
    assert card.metrics["accuracy"] == card.metrics["accuracy_own"]
    assert card.metrics["accuracy"] > 0.9
    assert card.metrics["oos_auroc"] > 0.9


def test_without_an_encoder_there_is_none(tmp_path: Path) -> None:
    IntentBuilder(None, lambda: NOON).write(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_head_of_the_same_is_taken_over(tmp_path: Path) -> None:
    first = built(tmp_path / "a", SmallEncoder(), NOON)
    encoder = SmallEncoder()
    second = built(tmp_path / "b", encoder, NOON + timedelta(hours=1), known=[tmp_path / "none", first])
    assert encoder.encoded == 0
    assert (second / WEIGHTS).read_bytes() == (first / WEIGHTS).read_bytes()
    assert Card.read(second).made > Card.read(first).made  # type: ignore[union-attr]


@pytest.mark.parametrize("change", ["encoder", "texts", "damage"])
def test_a_head_of_something_else_is_not(change: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = built(tmp_path / "a", SmallEncoder(), NOON)
    encoder = SmallEncoder("other" if change == "encoder" else "small")
    if change == "texts":
        monkeypatch.setattr(builder, "own_lessons", lambda: OWN + merchant_lessons(LabelledTexts(("x",), ("deals",))))
    if change == "damage":
        (first / WEIGHTS).write_bytes(b"nothing")
    built(tmp_path / "b", encoder, NOON, known=[first])
    assert encoder.encoded > 0


def test_a_merchants_labels_come_beside_ours(tmp_path: Path) -> None:
    rows = ["text,intent", *(f"engrave my name {n},engraving" for n in range(6)), "sing,oos"]
    (tmp_path / EXAMPLES).write_text("\n".join(rows), "utf-8")
    lessons = lessons_of(tmp_path / EXAMPLES)
    assert lessons.texts[: len(TEXTS)] == OWN.texts
    assert lessons.labels[len(TEXTS) :] == ("engraving",) * 6 + ("out_of_scope",)
    assert set(lessons.sources[len(TEXTS) :]) == {"merchant"}
    folder = built(tmp_path / "a", SmallEncoder(), NOON, examples=tmp_path / EXAMPLES)
    assert "engraving" in IntentHead.open(folder).labels


def test_examples_that_cannot_be_used_are_refused(tmp_path: Path) -> None:
    (tmp_path / EXAMPLES).write_text("words,meaning\na,b\n", "utf-8")
    with pytest.raises(InputError, match=r"intents\.csv: row 1"):
        lessons_of(tmp_path / EXAMPLES)


def test_the_last_head_of_the_encoder_serves(tmp_path: Path, times: Iterator[datetime]) -> None:
    old, new, other = (
        built(tmp_path / name, SmallEncoder(encoder), next(times))
        for name, encoder in (("a", "small"), ("b", "small"), ("c", "other"))
    )
    assert latest_head([], "small") is None
    assert latest_head([old, new], "unknown") is None
    (old / WEIGHTS).unlink()  # not asked for
    assert latest_head([old, new, other, tmp_path / "none"], "small") is not None
    (new / WEIGHTS).unlink()
    with pytest.raises(CorruptIndexError):
        latest_head([old, new, other], "small")


def test_figures_by_hand() -> None:
    lessons = Lessons(
        ("a", "b", "c", "丁"), ("x", "x", "out_of_scope", "x"), ("",) * 4, ("en", "en", "en", "zh"), ("own",) * 4
    )
    p = np.array([[0.1, 0.9], [0.6, 0.4], [0.7, 0.3], [0.2, 0.8]])
    found = figures(("out_of_scope", "x"), p, lessons)
    assert found["accuracy"] == 0.75
    assert (found["accuracy_en"], found["accuracy_zh"], found["accuracy_own"]) == (2 / 3, 1.0, 0.75)
    assert found["oos_auroc"] == 1.0


def test_the_digest_names_what_is_learned() -> None:
    assert OWN.digest == (OWN + Lessons((), (), (), (), ())).digest
    assert OWN.digest != (OWN + merchant_lessons(LabelledTexts(("x",), ("deals",)))).digest
    assert training.own_lessons().digest == training.own_lessons().digest
