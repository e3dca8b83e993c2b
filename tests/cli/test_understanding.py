"""`evaluate understanding` and `train intent`, from the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from shelfwise.cli import understanding
from shelfwise.language.encoders.fake import FakeEncoder
from shelfwise.understanding.intent import teaching
from shelfwise.understanding.intent.head import IntentHead
from shelfwise.understanding.intent.training import Lessons
from tests.understanding.intent.intent_texts import texts_and_labels

TEXTS, LABELS = texts_and_labels()


@pytest.fixture(autouse=True)
def small_world(monkeypatch: pytest.MonkeyPatch) -> None:
    """An encoder that needs no model, and few utterances."""
    monkeypatch.setattr(understanding, "_encoder", lambda shop: FakeEncoder())
    own = Lessons(tuple(TEXTS), tuple(LABELS), tuple(TEXTS), ("en",) * len(TEXTS), ("own",) * len(TEXTS))
    monkeypatch.setattr(teaching, "own_lessons", lambda: own)


@pytest.fixture
def labelled(tmp_path: Path) -> Path:
    file = tmp_path / "texts.csv"
    rows = [f"{text},{label}" for text, label in zip(TEXTS, LABELS, strict=True)]
    file.write_text("\n".join(["text,intent", *rows]), "utf-8")
    return file


def test_intents_are_evaluated_with_a_report(parsed, labelled, tmp_path) -> None:
    page = tmp_path / "report.html"
    call = ("evaluate", "understanding", "--task", "intent", "--train", labelled, "--test", labelled, "--report", page)
    figures = parsed(*call)
    assert {"accuracy", "macro_f1", "ece", "oos_auroc", "oos_recall_at_precision", "confusions"} <= set(figures)
    assert figures["oos_recall_at_precision"]["precision"] == 0.9
    assert (figures["queries"], figures["labels"], figures["shots"], figures["seed"]) == (12, 4, None, 0)
    assert page.read_text("utf-8").count("<svg") == 2
    few = parsed(*call, "--shots", 5, "--seed", 3)
    assert (few["learned"], few["shots"], few["seed"]) == (20, 5, 3)


def test_a_table_shows_the_numbers(cli, labelled) -> None:
    done = cli("evaluate", "understanding", "--task", "intent", "--train", labelled)
    assert done.exit_code == 0
    assert "oos_recall_at_precision recall" in done.stdout


def test_the_method_is_said_and_why(parsed, labelled, monkeypatch) -> None:
    call = ("evaluate", "understanding", "--task", "intent", "--train", labelled)
    found = parsed(*call)
    assert (found["method"], "of the texts are English" in found["why"]) == ("frozen", True)
    monkeypatch.setattr(understanding, "_english", FakeEncoder)
    asked_for = parsed(*call, "--method", "joined")
    assert (asked_for["method"], asked_for["why"]) == ("joined", "as asked for")
    assert parsed(*call, "--method", "joined") == asked_for
    monkeypatch.setattr("shelfwise.understanding.intent.joined.ENGLISH", 0.0)
    monkeypatch.setattr("shelfwise.understanding.intent.joined.find_spec", lambda name: object())
    assert parsed(*call)["method"] == "joined"


def test_a_method_that_is_not_there_is_wrong_use(cli, labelled) -> None:
    done = cli("evaluate", "understanding", "--task", "intent", "--train", labelled, "--method", "tuned")
    assert done.exit_code == 2
    assert "'tuned' is not one of" in " ".join(done.output.replace("│", " ").split())


def test_constraints_are_evaluated(parsed, tmp_path) -> None:
    file = tmp_path / "queries.jsonl"
    file.write_text(
        '{"text": "laptop under 500", "language": "en", "constraints": [{"kind": "price", "high": 500}]}\n', "utf-8"
    )
    figures = parsed("evaluate", "understanding", "--task", "constraints", "--test", file)
    assert (figures["queries"], figures["exact_match"]) == (1, 1.0)


@pytest.mark.parametrize("task", ["entities", "constraints"])
def test_a_task_without_its_files_is_wrong_use(cli, task) -> None:
    done = cli("evaluate", "understanding", "--task", task)
    assert done.exit_code == 2
    assert "needs a file" in done.stderr


def test_a_shop_is_taught(cli, parsed, tmp_path, labelled) -> None:
    shop, examples = tmp_path / "shop", tmp_path / "examples.csv"
    assert cli("init", shop, "--encoder", "fake").exit_code == 0
    examples.write_text("text,intent\nengrave this,engraving\nengrave that,engraving\n", "utf-8")
    figures = parsed("train", "intent", "--examples", examples, "--shop", shop)
    assert figures["card"]["texts"] == len(TEXTS) + 2
    assert len(figures["examples"]) == len(figures["own"]) == 2
    assert "engraving" in IntentHead.open(shop / "models/intent/current").labels
    again = cli("train", "intent", "--shop", shop)
    assert again.exit_code == 0
    assert "your examples" in again.stdout


def test_a_shop_without_an_encoder_cannot_be_taught(cli, empty) -> None:
    done = cli("train", "intent", "--shop", empty)
    assert done.exit_code == 1
    assert "has no encoder" in done.stderr
