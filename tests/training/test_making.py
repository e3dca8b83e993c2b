import json
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from transformers import TrainerCallback

from shelfwise.errors import InputError, TrainingError
from shelfwise.language.cross_encoders.registry import open_cross_encoder
from shelfwise.language.encoders.registry import open_encoder
from shelfwise.language.models.names import store_of
from shelfwise.training.data.examples import Example
from shelfwise.training.making import WORK, Making
from shelfwise.training.methods.folders import save_model
from shelfwise.training.objectives.graded import GradedLoss
from shelfwise.training.recipes.base import read_recipe
from shelfwise.training.recipes.cross_encoder import CrossEncoderRecipe
from shelfwise.training.recipes.domain import DomainRecipe
from shelfwise.training.recipes.encoder import EncoderRecipe
from shelfwise.training.running import fit as fitting
from shelfwise.training.running.checkpoints import last_good
from tests.training.encoders import encoder

# Of two words that begin alike the text with the second fits: something that can be learned, and is not known before.
EXAMPLES = [
    Example(f"w{row}", (f"w{row + 25} w50", f"w{(row + 7) % 25 + 25} w50", "w51"), (1.0, 0.0, 0.0), f"{row}", "test")
    for row in range(20)
]
FLAGS = {"epochs": 20, "batch": 4, "rate": 0.01, "precision": "fp32", "patience": 0}


@pytest.fixture
def base(tmp_path):
    folder = tmp_path / "base"
    save_model(encoder(tmp_path / "parts"), folder)
    return str(folder)


def making(folder):
    return Making(folder, store_of(folder), lambda: datetime(2026, 1, 2, tzinfo=UTC))


@pytest.mark.parametrize("method", ["full", "lora"])
def test_an_encoder_is_trained_kept_and_served(tmp_path, base, method):
    recipe = read_recipe(EncoderRecipe, flags={**FLAGS, "base": base, "method": method, "trackers": ("jsonl",)})
    made = making(tmp_path).encoder(recipe, "ours", EXAMPLES, EXAMPLES[:8])
    assert made.fitted.after["ndcg@10"] > made.fitted.before["ndcg@10"] + 0.05
    assert (made.name, made.version) == ("ours", "0001")
    card = store_of(tmp_path).card("ours", "0001")
    assert card.recipe["epochs"] == 20
    assert card.metrics["validation"]["after"]["p@1"] == made.fitted.after["p@1"]
    assert card.data["examples"] == 20
    assert (made.folder / "figures").is_dir()
    assert not (tmp_path / "models" / WORK / "ours").exists()
    served = open_encoder("ours@0001", tmp_path)
    vectors = served.encode(["w1", "w2"], "query")
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)


def test_a_cross_encoder_is_trained_kept_and_served(tmp_path, base):
    recipe = read_recipe(CrossEncoderRecipe, flags={**FLAGS, "base": base, "hard": 0})
    made = making(tmp_path).cross_encoder(recipe, "pairs", EXAMPLES, EXAMPLES[:8])
    assert made.fitted.after["p@1"] >= 0.75
    served = open_cross_encoder("pairs@0001", tmp_path)
    right = [np.argmax(served.score(example.query, example.texts)) == 0 for example in EXAMPLES[:8]]
    assert np.mean(right) >= 0.75


def test_a_teacher_grades_what_was_mined_too(tmp_path, base):
    asked = []

    def teach(examples):
        asked.extend(examples)
        return [
            replace(each, grades=tuple(1.0 if text == each.texts[-1] else 0.0 for text in each.texts))
            for each in examples
        ]

    recipe = read_recipe(EncoderRecipe, flags={**FLAGS, "base": base, "epochs": 1, "hard": 2})
    making(tmp_path).encoder(recipe, "ours", EXAMPLES, [], teach)
    assert [each.query for each in asked] == [each.query for each in EXAMPLES]
    assert any(len(each.texts) > 3 for each in asked)


class Killed(BaseException):
    pass


def test_a_training_that_was_killed_goes_on_as_if_nothing_had_happened(tmp_path, base, monkeypatch):
    flags = {**FLAGS, "base": base, "epochs": 6, "patience": 0}
    recipe = read_recipe(EncoderRecipe, flags=flags)
    whole = making(tmp_path / "whole").encoder(recipe, "ours", EXAMPLES, EXAMPLES[:8])

    class Kill(TrainerCallback):
        def on_step_end(self, args, state, control, **given):
            if state.global_step == 13:
                raise Killed

    real = fitting.listen
    monkeypatch.setattr(
        fitting, "listen", lambda trainer, *given: (real(trainer, *given), trainer.add_callback(Kill()))
    )
    with pytest.raises(Killed):
        making(tmp_path / "cut").encoder(recipe, "ours", EXAMPLES, EXAMPLES[:8])
    assert store_of(tmp_path / "cut").versions("ours") == ()
    monkeypatch.setattr(fitting, "listen", real)
    resumed = making(tmp_path / "cut").encoder(recipe, "ours", EXAMPLES, EXAMPLES[:8])
    assert resumed.fitted.after == whole.fitted.after
    texts = ["w1 w2", "w7", "w30 w50"]
    one, other = (open_encoder("ours@0001", tmp_path / name).encode(texts, "query") for name in ("whole", "cut"))
    assert np.array_equal(one, other)


def test_another_recipe_begins_anew(tmp_path, base, monkeypatch):
    class Kill(TrainerCallback):
        def on_step_end(self, args, state, control, **given):
            if state.global_step == 6:
                raise Killed

    real = fitting.listen
    monkeypatch.setattr(
        fitting, "listen", lambda trainer, *given: (real(trainer, *given), trainer.add_callback(Kill()))
    )
    recipe = read_recipe(EncoderRecipe, flags={**FLAGS, "base": base, "epochs": 2})
    with pytest.raises(Killed):
        making(tmp_path).encoder(recipe, "ours", EXAMPLES, EXAMPLES[:8])
    monkeypatch.setattr(fitting, "listen", real)
    other = read_recipe(EncoderRecipe, flags={**FLAGS, "base": base, "epochs": 1})
    assert making(tmp_path).encoder(other, "ours", EXAMPLES, EXAMPLES[:8]).fitted.steps == 5


def test_the_same_seed_gives_the_same_model(tmp_path, base):
    recipe = read_recipe(EncoderRecipe, flags={**FLAGS, "base": base, "epochs": 2})
    texts = ["w1 w2", "w7"]
    vectors = []
    for name in ("one", "two"):
        making(tmp_path).encoder(recipe, name, EXAMPLES, EXAMPLES[:8])
        vectors.append(open_encoder(f"{name}@0001", tmp_path).encode(texts, "query"))
    assert np.array_equal(*vectors)


def test_a_loss_that_is_lost_stops_the_training_and_keeps_its_checkpoint(tmp_path, base, monkeypatch):
    real, calls = GradedLoss._loss, []

    def lost(self, *given):
        calls.append(1)
        return real(self, *given) * (float("nan") if len(calls) > 6 else 1.0)

    monkeypatch.setattr(GradedLoss, "_loss", lost)
    recipe = read_recipe(EncoderRecipe, flags={**FLAGS, "base": base, "epochs": 3})
    with pytest.raises(TrainingError, match=r"Step 8: .*NaN or infinite, 2 times in a row") as error:
        making(tmp_path).encoder(recipe, "ours", EXAMPLES, EXAMPLES[:8])
    assert "Lower rate" in str(error.value)
    assert store_of(tmp_path).versions("ours") == ()
    assert last_good(tmp_path / "models" / WORK / "ours" / "checkpoints").name == "checkpoint-5"


def test_memory_that_ran_out_says_what_to_lower(tmp_path, base, monkeypatch):
    def full(self, *given):
        raise RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes")

    monkeypatch.setattr(GradedLoss, "_loss", full)
    recipe = read_recipe(EncoderRecipe, flags={**FLAGS, "base": base})
    with pytest.raises(TrainingError, match="Memory ran out") as error:
        making(tmp_path).encoder(recipe, "ours", EXAMPLES, EXAMPLES[:8])
    assert "Lower batch" in str(error.value)


def test_nothing_to_learn_from(tmp_path, base):
    recipe = read_recipe(EncoderRecipe, flags={"base": base})
    with pytest.raises(InputError, match="None of 1 examples has a text that fits"):
        making(tmp_path).encoder(recipe, "ours", [Example("q", ("t",), (0.0,), "q", "test")], [])
    assert store_of(tmp_path).names() == ()


def test_a_base_learns_the_texts_of_a_shop(tmp_path, base):
    texts = [f"w{row} w{row + 1} w{row + 2} w{row + 3}" for row in range(40)]
    recipe = read_recipe(DomainRecipe, flags={"base": base, "epochs": 15, "batch": 8, "rate": 0.01, "mask": 0.3})
    made = making(tmp_path).domain(recipe, "words", texts[::2] + texts[1::4], texts[3::4] * 3)
    assert made.fitted.after["loss"] < made.fitted.before["loss"] - 0.1
    assert made.card.kind == "domain"
    lines = (made.folder / "figures" / "figures.jsonl").read_text("utf-8").splitlines()
    assert json.loads(lines[-1])["summary"]["validation/loss"] == made.fitted.after["loss"]
    again = read_recipe(EncoderRecipe, flags={**FLAGS, "base": "words@0001", "epochs": 1})
    assert making(tmp_path).encoder(again, "ours", EXAMPLES, []).card.base == "words@0001"


def test_too_few_texts(tmp_path, base):
    recipe = read_recipe(DomainRecipe, flags={"base": base})
    with pytest.raises(InputError, match="2 texts that differ, expected 20 or more"):
        making(tmp_path).domain(recipe, "words", ["a", "b", "a"], ["c"])
