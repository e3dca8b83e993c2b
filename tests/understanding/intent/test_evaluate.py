"""Evaluating intents: parts of files, shots, figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, f1_score, roc_auc_score

from shelfwise.errors import InputError
from shelfwise.language.base import TextKind
from shelfwise.types import Float32
from shelfwise.understanding.intent.evaluate import IntentEvaluation, Labelled, evaluate_intent, read_parts
from tests.understanding.intent.intent_texts import texts_and_labels, vectors_of

TEXTS, LABELS = texts_and_labels()


class SmallEncoder:
    """Vectors by the label of known texts."""

    name = "small"
    dim = 16

    def encode(self, texts: Sequence[str], kind: TextKind) -> Float32:
        known = dict(zip(TEXTS, LABELS, strict=True))
        return vectors_of([known.get(text, text.replace(" ", "_")) for text in texts], seed=len(texts))


def labelled(rows: Sequence[int]) -> Labelled:
    return Labelled(tuple(TEXTS[row] for row in rows), tuple(LABELS[row] for row in rows))


def test_figures_are_those_of_scikit_learn() -> None:
    found = IntentEvaluation(
        ("a", "b", "c", "d", "e"),
        ("x", "y", "y", "out_of_scope", "out_of_scope"),
        ("x", "y", "out_of_scope", "out_of_scope", "x"),
        np.array([0.9, 0.8, 0.7, 0.6, 0.5]),
        np.array([0.1, 0.2, 0.7, 0.6, 0.3]),
        0.5,
        100,
        3,
        10,
        7,
    )
    figures = found.as_json()
    assert figures["accuracy"] == pytest.approx(2 / 3)
    assert figures["accuracy_all"] == accuracy_score(found.true, found.given)
    assert figures["macro_f1"] == pytest.approx(f1_score(found.true, found.given, average="macro"))
    assert figures["oos_auroc"] == pytest.approx(roc_auc_score([0, 0, 0, 1, 1], found.outside))
    assert figures["oos_recall_at_precision"] == {"precision": 0.9, "recall": 0.0}
    assert figures["oos_at_threshold"] == {"threshold": 0.5, "precision": 0.5, "recall": 0.5}
    assert {one["true"] + " " + one["given"] for one in figures["confusions"]} == {"y out_of_scope", "out_of_scope x"}
    assert (figures["queries"], figures["learned"], figures["labels"], figures["shots"], figures["seed"]) == (
        5,
        100,
        3,
        10,
        7,
    )
    assert "accuracy_en" not in figures


def test_languages_are_told_apart_where_there_are_two() -> None:
    p = np.full(3, 0.5)
    found = IntentEvaluation(("one", "two", "三个"), ("x", "x", "x"), ("x", "y", "x"), p, p, None, 3, 2, None, 0)
    figures = found.as_json()
    assert (figures["accuracy_en"], figures["accuracy_zh"], figures["difference"]) == (0.5, 1.0, -0.5)
    assert "oos_auroc" not in figures


def test_what_is_learned_is_asked_for() -> None:
    train, test = labelled(range(0, len(TEXTS), 2)), labelled(range(1, len(TEXTS), 2))
    figures = evaluate_intent(train, test, SmallEncoder(), seed=3).as_json()
    assert figures["accuracy"] > 0.9
    assert figures["oos_auroc"] > 0.9
    assert figures == evaluate_intent(train, test, SmallEncoder(), seed=3).as_json()


def test_shots_are_drawn_with_the_seed() -> None:
    whole = labelled(range(len(TEXTS)))
    few = whole.shots(5, 1)
    assert Counter(few.labels) == dict.fromkeys(set(LABELS), 5)
    assert few == whole.shots(5, 1)
    assert few != whole.shots(5, 2)
    assert Counter(whole.shots(10_000, 1).texts) == Counter(TEXTS)
    assert whole.shots(None, 1) is whole


def test_halves_share_no_text_and_keep_the_mix() -> None:
    first, second = labelled(range(len(TEXTS))).halves(0.2, 4)
    assert not set(first.texts) & set(second.texts)
    assert len(first.texts) + len(second.texts) == len(TEXTS)
    assert Counter(second.labels) == dict.fromkeys(set(LABELS), round(0.2 * LABELS.count("deals")))


def write(path: Path, *rows: str) -> Path:
    path.write_text("\n".join(rows) + "\n", "utf-8")
    return path


def test_a_file_that_names_its_parts_is_read_by_them(tmp_path: Path) -> None:
    rows = ["text,intent,split", "a,x,train", "b,y,train", "c,oos,oos_train", "d,x,val", "e,oos,oos_val"]
    file = write(tmp_path / "a.csv", *rows)
    train, test = read_parts(file, file)
    assert (train.texts, train.labels) == (("a", "b", "c"), ("x", "y", "out_of_scope"))
    assert (test.texts, test.labels) == (("d", "e"), ("x", "out_of_scope"))
    assert read_parts(file, None) == (train, test)
    assert read_parts(file, file, split_train="val", split_test="train") == (test, train)


def test_of_a_file_without_parts_some_is_held_out(tmp_path: Path) -> None:
    file = write(tmp_path / "a.csv", "text,intent", *(f"t{n},{n % 2}" for n in range(40)))
    train, test = read_parts(file, file, seed=1)
    assert (len(train.texts), len(test.texts)) == (36, 4)
    assert read_parts(file, file, seed=1) == (train, test)
    assert read_parts(file, file, seed=2) != (train, test)


def test_without_files_it_is_the_projects_own_utterances(tmp_path: Path) -> None:
    train, test = read_parts(None, None, seed=0)
    assert not set(train.groups) & set(test.groups)
    assert set(train.labels) == set(test.labels)
    file = write(tmp_path / "a.csv", "text,intent", "any discount,deals")
    assert read_parts(None, file)[1].texts == ("any discount",)


def test_a_part_that_is_not_there_is_refused(tmp_path: Path) -> None:
    file = write(tmp_path / "a.csv", "text,intent,split", "a,x,train", "b,y,val")
    with pytest.raises(InputError, match="no split 'test'"):
        read_parts(file, file, split_test="test")


@pytest.mark.data("support")
def test_customer_service_texts_are_told_apart(data: Path) -> None:
    """Of real texts, by their words alone: the encoder here knows nothing."""
    train, test = read_parts(data / "train.csv", data / "valid.csv")

    class Blind:
        name, dim = "blind", 4

        def encode(self, texts: Sequence[str], kind: TextKind) -> Float32:
            return np.full((len(texts), 4), 0.5, np.float32)

    assert evaluate_intent(train, test.part(range(200)), Blind(), shots=15, seed=0).as_json()["accuracy"] > 0.85
