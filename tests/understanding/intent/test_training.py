"""A shop's head: made from the project's utterances and the merchant's, kept with a card."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from shelfwise.errors import InputError
from shelfwise.language.base import TextKind
from shelfwise.types import Float32
from shelfwise.understanding.intent import teaching, training
from shelfwise.understanding.intent.datasets import LabelledTexts, read_labelled
from shelfwise.understanding.intent.head import IntentHead
from shelfwise.understanding.intent.teaching import EXAMPLES, teach
from shelfwise.understanding.intent.training import Card, Lessons, figures, merchant_lessons
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
    """Vectors by the label of known texts."""

    name = "small"
    dim = 16

    def encode(self, texts: Sequence[str], kind: TextKind) -> Float32:
        assert kind == "query"
        known = dict(zip(TEXTS, LABELS, strict=True))
        return vectors_of([known.get(text, "deals") for text in texts])


@pytest.fixture(autouse=True)
def few_lessons(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(teaching, "own_lessons", lambda: OWN)


def examples(folder: Path, *rows: str) -> Path:
    file = folder / "examples.csv"
    file.write_text("\n".join(["text,intent", *rows]), "utf-8")
    return file


ENGRAVING = [f"engrave my name on it {n}" + ",engraving" for n in range(6)]


def test_without_examples_a_shop_gets_a_head_for_its_encoder(tmp_path: Path) -> None:
    taught = teach(tmp_path, None, SmallEncoder(), seed=0, made=NOON)
    head, card = IntentHead.open(tmp_path / "models/intent/current"), Card.read(tmp_path / "models/intent/current")
    assert head.labels == tuple(sorted(set(LABELS)))
    assert card == taught.card
    assert (card.encoder, card.made, card.texts, card.labels) == ("small", NOON.isoformat(), len(TEXTS), 4)
    assert card.metrics["accuracy"] == card.metrics["accuracy_own"]
    assert card.metrics["accuracy"] > 0.9
    assert taught.rows() == []


def test_a_merchants_labels_come_beside_ours(tmp_path: Path) -> None:
    taught = teach(tmp_path, examples(tmp_path, *ENGRAVING, "sing,oos", ",no text"), SmallEncoder(), seed=0, made=NOON)
    assert "engraving" in IntentHead.open(taught.folder).labels
    assert taught.card.texts == len(TEXTS) + 7
    assert "1 rows refused" in taught.report
    before, after = taught.examples or (1.0, 0.0)
    assert before <= 1 / 7 < after  # the label was not known before
    assert (taught.own or (0.0, 0.0))[1] > 0.9
    kept = (tmp_path / EXAMPLES).read_text("utf-8").splitlines()
    assert kept == ["text,intent", *ENGRAVING, "sing,out_of_scope"]


def test_what_a_shop_was_taught_is_remembered_and_replaced(tmp_path: Path) -> None:
    teach(tmp_path, examples(tmp_path, *ENGRAVING), SmallEncoder(), seed=0, made=NOON)
    again = teach(tmp_path, None, SmallEncoder(), seed=0, made=NOON)
    assert again.folder.name == "0002"
    assert again.card.texts == len(TEXTS) + 6
    other = teach(
        tmp_path, examples(tmp_path, "wrap it up,wrapping", "paper,wrapping"), SmallEncoder(), seed=0, made=NOON
    )
    labels = IntentHead.open(tmp_path / "models/intent/current").labels
    assert "wrapping" in labels
    assert "engraving" not in labels
    assert sorted(one.name for one in (tmp_path / "models/intent").iterdir()) == ["0001", "0002", "0003", "current"]
    assert (tmp_path / "models/intent/current").resolve() == other.folder.resolve()


def test_examples_that_cannot_be_used_change_nothing(tmp_path: Path) -> None:
    teach(tmp_path, examples(tmp_path, *ENGRAVING), SmallEncoder(), seed=0, made=NOON)
    before = (tmp_path / EXAMPLES).read_bytes()
    (tmp_path / "bad.csv").write_text("words,meaning\na,b\n", "utf-8")
    with pytest.raises(InputError, match=r"bad\.csv: row 1"):
        teach(tmp_path, tmp_path / "bad.csv", SmallEncoder(), seed=0, made=NOON)
    assert (tmp_path / EXAMPLES).read_bytes() == before
    assert (tmp_path / "models/intent/current").resolve().name == "0001"


def test_texts_with_commas_quotes_and_lines_are_kept(tmp_path: Path) -> None:
    file = examples(tmp_path, '"one, ""two""\nthree",engraving', "four,engraving")
    teach(tmp_path, file, SmallEncoder(), seed=0, made=NOON)
    assert read_labelled(tmp_path / EXAMPLES).texts == read_labelled(file).texts


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
