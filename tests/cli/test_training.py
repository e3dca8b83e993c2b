"""`train` and `evaluate` of encoders and cross-encoders, from the command line, with tiny models."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

pytest.importorskip("sentence_transformers", reason="needs the extra `train`")

from shelfwise.training.methods.folders import save_model
from tests.training.encoders import encoder

FAST = ("--epochs", "8", "--batch", "4", "--rate", "0.01", "--set", "precision=fp32")


@pytest.fixture
def base(tmp_path) -> str:
    save_model(encoder(tmp_path / "parts"), tmp_path / "base")
    return str(tmp_path / "base")


@pytest.fixture
def pairs(tmp_path) -> Path:
    """Thirty questions; the answer to w3 begins with w28, and so on."""
    rows = ["qid\tASIN\tquestion\tcandidate\tlabel"]
    for row in range(30):
        others = (row, row + 7, row + 11)
        rows += [f"{row}\tA{row}\tw{row} w1\tw{each % 30 + 25} w50\t{int(each == row)}" for each in others]
    path = tmp_path / "pairs.tsv"
    path.write_text("\n".join(rows), "utf-8")
    return path


@pytest.fixture
def shop(tmp_path) -> Path:
    return tmp_path / "anywhere"


def test_train_and_evaluate_an_encoder(parsed, cli, base, pairs, shop) -> None:
    where = ("--shop", shop)
    made = parsed("train", "encoder", "--name", "ours", "--base", base, "--pairs", pairs, *FAST, *where)
    assert (made["name"], made["version"], made["kind"]) == ("ours", "0001", "encoder")
    assert made["metrics"]["validation"]["before"].keys() == {"p@1", "mrr", "map", "ndcg@10"}
    found = parsed("evaluate", "encoder", "--model", "ours", "--against", base, "--pairs", pairs, *where)
    assert {"p@1", "mrr", "map"} <= set(found)
    assert found["questions"] == 30
    assert found["p@1"] - found["against"]["p@1"] == pytest.approx(found["against"]["p@1 gain"])
    assert 0 < found["against"]["p_value"] <= 1
    table = cli("evaluate", "encoder", "--model", "ours@0001", "--pairs", pairs, *where)
    assert "p@1" in table.stdout
    assert "30 questions" in table.stdout


def test_a_cross_encoder_teaches_an_encoder(parsed, base, pairs, shop) -> None:
    where = ("--shop", shop)
    call = ("--base", base, "--pairs", pairs, *FAST, *where)
    parsed("train", "cross-encoder", "--name", "teacher", *call, "--hard", "0")
    found = parsed("evaluate", "cross-encoder", "--model", "teacher", "--pairs", pairs, *where)
    assert 0 < found["p@1"] <= 1
    made = parsed("train", "encoder", "--name", "student", "--teacher", "teacher", *call)
    assert made["version"] == "0001"


def test_judgments_of_a_catalogue(parsed, base, tmp_path, shop) -> None:
    feed = tmp_path / "feed.csv"
    feed.write_text("id,title\n" + "".join(f"p{row},w{row + 25} w{row}\n" for row in range(25)), "utf-8")
    judged = [f"w{row},p{row},3\nw{row},p{(row + 3) % 25},0\n" for row in range(25)]
    judgments = tmp_path / "judgments.csv"
    judgments.write_text("query,docid,rating\n" + "".join(judged), "utf-8")
    data = ("--judgments", judgments, "--catalog", feed, "--shop", shop)
    parsed("train", "encoder", "--name", "ours", "--base", base, *data, *FAST, "--method", "lora")
    found = parsed("evaluate", "encoder", "--model", "ours", *data)
    assert 0 < found["ndcg@10"] <= 1
    assert 0 < found["pool_ndcg@10"] <= 1
    parsed("train", "cross-encoder", "--name", "pairs", "--base", base, *data, *FAST, "--hard", "2")
    crossed = parsed("evaluate", "cross-encoder", "--model", "pairs", "--first", "ours", *data)
    assert crossed["pool_ndcg@10"] > 0.5


def test_a_base_from_texts(parsed, base, tmp_path, shop) -> None:
    texts = tmp_path / "texts.txt"
    texts.write_text("".join(f"w{row} w{row + 1} w{row + 2}\n" for row in range(45) for _ in "abc"), "utf-8")
    made = parsed("train", "domain", "--name", "words", "--base", base, "--texts", texts, *FAST, "--shop", shop)
    assert made["kind"] == "domain"


def test_a_recipe_file_and_trackers(parsed, base, pairs, tmp_path, shop) -> None:
    recipe = tmp_path / "recipe.toml"
    recipe.write_text(f'base = "{base}"\nepochs = 1\nbatch = 16\nprecision = "fp32"\n', "utf-8")
    call = ("train", "encoder", "--name", "ours", "--recipe", recipe, "--pairs", pairs, "--shop", shop)
    made = parsed(*call, "--trackers", "jsonl,tensorboard", "--batch", "8")
    assert (made["recipe"]["batch"], made["recipe"]["epochs"]) == (8, 1)
    figures = Path(made["folder"], "figures")
    lines = [json.loads(line) for line in (figures / "figures.jsonl").read_text("utf-8").splitlines()]
    assert any("validation/ndcg@10" in str(line) for line in lines)
    assert list(figures.glob("tensorboard/**/events.*"))


def test_set_reaches_settings_that_have_a_flag_of_their_own(parsed, base, pairs, shop) -> None:
    call = ("train", "encoder", "--name", "ours", "--base", base, "--pairs", pairs, "--shop", shop)
    made = parsed(*call, "--set", "epochs=1", "--set", "batch=9", "--batch", "7", "--set", "precision=fp32")
    assert (made["recipe"]["epochs"], made["recipe"]["batch"]) == (1, 7)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (("encoder", "--name", "x"), "Nothing to learn from: give --pairs"),
        (("encoder", "--name", "x", "--set", "epochs"), "--set epochs: expected name=value."),
        (("encoder", "--name", "x", "--set", "epoch=1"), "unknown name epoch. Did you mean 'epochs'?"),
        (("encoder", "--name", "../x", "--pairs", "PAIRS", "--base", "BASE"), "../x"),
        (("encoder", "--name", "x", "--pairs", "PAIRS", "--base", "./nowhere"), "./nowhere: there is no such file"),
    ],
)
def test_wrong_calls(cli, base, pairs, call, message) -> None:
    words = [{"PAIRS": pairs, "BASE": base}.get(word, word) for word in call]
    done = cli("train", *words, "--shop", pairs.parent, "--epochs", "0.1")
    assert done.exit_code == 1
    assert message in done.stderr


def test_labels_out_of_range_and_one_class(cli, base, tmp_path, shop) -> None:
    path = tmp_path / "pairs.tsv"
    path.write_text("question\tcandidate\tlabel\nw1\tw2\t7\n", "utf-8")
    done = cli("train", "encoder", "--name", "x", "--base", base, "--pairs", path, "--shop", shop)
    assert done.exit_code == 1
    assert "pairs.tsv" in done.stderr
    assert "label" in done.stderr
    rows = "".join(f"w{row}\tw{row + 20}\t0\n" for row in range(20))
    path.write_text("question\tcandidate\tlabel\n" + rows, "utf-8")
    done = cli("train", "encoder", "--name", "x", "--base", base, "--pairs", path, "--shop", shop)
    assert done.exit_code == 1
    assert "has a text that fits" in done.stderr


def test_a_model_that_is_not_there(cli, pairs, shop) -> None:
    done = cli("evaluate", "cross-encoder", "--model", "nobody", "--pairs", pairs, "--shop", shop)
    assert done.exit_code == 1
    assert "nobody: no cross-encoder of that name" in done.stderr
