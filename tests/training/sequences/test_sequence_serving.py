"""From histories to what is served: the same scores without PyTorch, whole folders, a way to stop, errors."""

from __future__ import annotations

import json
import os
import signal
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from typer.testing import CliRunner

from shelfwise.behaviour.base import Profile, Touch
from shelfwise.cli.main import app
from shelfwise.errors import TrainingError
from shelfwise.recommend.base import RecommendRequest
from shelfwise.recommend.generators.content import labelled
from shelfwise.recommend.generators.sequence import SequenceGenerator
from shelfwise.recommend.interactions import Interactions
from shelfwise.recommend.offline import evaluate_model, leave_one_out
from shelfwise.training.sequences.config import SequenceConfig
from shelfwise.training.sequences.export import export
from shelfwise.training.sequences.fit import Run
from shelfwise.training.sequences.learner import SequenceLearner, histories_of
from shelfwise.training.sequences.making import label_lists, make_sequence, touched_only
from shelfwise.training.sequences.model import SequenceModel
from shelfwise.training.trackers.several import Several

TINY = SequenceConfig(width=16, heads=2, length=8, dropout=0.1, epochs=20, batch=16, rate=0.01, average=0.8)
NAMES = tuple(f"p{n}" for n in range(12))
AT = datetime(2026, 5, 1, tzinfo=UTC)


def circles(count: int = 120) -> Interactions:
    """Shoppers who take the products in a circle: what comes next is certain."""
    starts = np.random.default_rng(3).integers(0, 12, count)
    return Interactions.of_lists([[NAMES[(int(start) + step) % 12] for step in range(6)] for start in starts], NAMES)


def request(*touched: str) -> RecommendRequest:
    """touched: the oldest first."""
    recent = tuple(Touch(id, "click", AT) for id in reversed(touched))
    return RecommendRequest(Profile("ann", AT, recent=recent), AT)


class Told:
    """A tracker that remembers."""

    name = "told"

    def __init__(self) -> None:
        self.steps: list[int] = []
        self.ended: dict[str, float] = {}

    def start(self, run: Any) -> None:
        assert run.recipe["width"] == 16

    def log(self, step: int, figures: Any) -> None:
        self.steps.append(step)

    def finish(self, summary: Any) -> None:
        self.ended = dict(summary)


@pytest.mark.parametrize("length", [1, 2, 5, 8, 11])
def test_what_is_served_scores_as_pytorch_does(length: int, tmp_path: Path) -> None:
    torch.manual_seed(0)
    model = SequenceModel(12, TINY, [[], *([n % 3] for n in range(12))]).eval()
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.5)
    export(model, NAMES).save(tmp_path / "kept")
    served = SequenceGenerator.load(tmp_path / "kept")
    codes = [(5 * n) % 12 for n in range(length)]
    found = served.generate(request(*(NAMES[code] for code in codes)), 12)
    with torch.inference_mode():
        h = model(torch.tensor([[code + 1 for code in codes[-8:]]]))[0, -1]
        scores = (model.table()[1:] @ h).numpy()
    order = [code for code in np.argsort(-scores).tolist() if code not in codes]
    assert found.ids == tuple(NAMES[code] for code in order)
    np.testing.assert_allclose(
        found.scores["sequence"], np.exp(scores[order] - scores[order].max()), rtol=1e-3, atol=1e-6
    )


def test_it_is_measured_like_any_model_and_beats_chance() -> None:
    learner = SequenceLearner(Run(seed=1), TINY)
    run = evaluate_model(learner, leave_one_out(circles(), "test"), clock=lambda: 0.0)
    assert run.measured.means["hr@10"] > 0.95
    assert not learner.unfinished
    scores = learner.scores(Interactions.of_lists([["p3"], []], NAMES))
    assert scores.max(axis=1).tolist() == [1.0, 0.0]


def test_a_blend_that_learns_again_keeps_the_number_of_epochs() -> None:
    told: list[int] = []
    run = Run(seed=1, report=lambda epoch, hits: told.append(epoch) if hits is None else None)
    learner = SequenceLearner(run, TINY, final=False).learn(circles(60))
    assert told == []
    assert learner.fitted is not None
    learner.learn(circles(60))
    assert told == list(range(1, learner.fitted.epochs + 1))


def test_a_product_again_and_again_is_one_item() -> None:
    histories = histories_of(Interactions.of_lists([["a", "a", "b", "b", "a"], ["a"], ["a", "b"]]))
    assert histories.items.tolist() == [1, 2, 1, 1, 1, 2]
    assert histories.starts.tolist() == [0, 3, 4, 6]


def test_products_that_nobody_touched_are_left_to_serving() -> None:
    touches, codes = touched_only(Interactions.of_lists([["c", "a"]], ["a", "b", "c"]))
    assert touches.products == ("a", "c")
    assert touches.product.tolist() == [1, 0]
    assert codes.tolist() == [0, 2]


def test_labels_are_numbered_without_gaps() -> None:
    assert label_lists(labelled({"a": [7, 3], "c": [3]}, ["a", "b", "c"])) == [[0, 1], [], [0]]


def test_a_training_writes_a_whole_folder_and_tells_of_it(tmp_path: Path) -> None:
    tracker, steps = Told(), list[int]()
    labels = labelled({name: [n % 3] for n, name in enumerate(NAMES)}, NAMES)
    made = make_sequence(
        circles(),
        labels,
        TINY,
        Run(seed=1),
        tmp_path / "model",
        tracker=Several([tracker]),
        progress=lambda done, total: steps.append(done),
    )
    assert (made.products, made.shoppers, made.stopped) == (12, 120, False)
    assert tracker.ended == {"validation/ndcg@10": made.ndcg, "validation/hr@10": made.hr}
    assert len(steps) == len(tracker.steps) + made.epochs
    served = SequenceGenerator.load(tmp_path / "model")
    assert served.generate(request("p3", "p4"), 1).ids == ("p5",)
    assert served.generate(request("p7"), 1).ids == ("p8",), "one event is enough"


def test_ctrl_c_keeps_the_best_so_far(tmp_path: Path) -> None:
    def interrupt(done: int, total: int | None) -> None:
        if done == 3:
            os.kill(os.getpid(), signal.SIGINT)

    before = signal.getsignal(signal.SIGINT)
    made = make_sequence(
        circles(), None, TINY, Run(seed=1), tmp_path / "model", tracker=Several([]), progress=interrupt
    )
    assert made.stopped
    assert made.epochs <= 3
    assert SequenceGenerator.load(tmp_path / "model").generate(request("p3"), 3).ids
    assert signal.getsignal(signal.SIGINT) is before


def test_a_second_ctrl_c_leaves_the_folder_as_it_was(tmp_path: Path) -> None:
    def interrupt(done: int, total: int | None) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGINT)

    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "was").touch()
    with pytest.raises(KeyboardInterrupt):
        make_sequence(circles(), None, TINY, Run(seed=1), tmp_path / "model", tracker=Several([]), progress=interrupt)
    assert [path.name for path in tmp_path.rglob("*")] == ["model", "was"]


@pytest.mark.parametrize("lists", [[], [[]], [["a"], ["b"]]], ids=str)
def test_nothing_to_learn_from_is_said(lists: list[list[str]], tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="Nothing to learn from"):
        make_sequence(Interactions.of_lists(lists), None, TINY, Run(seed=1), tmp_path / "m", tracker=Several([]))
    assert not (tmp_path / "m").exists()


def test_the_command_trains_on_a_file(tmp_path: Path) -> None:
    file = tmp_path / "shop.txt"
    file.write_text("".join(f"s{row} {' '.join(NAMES[(row + k) % 12] for k in range(6))}\n" for row in range(60)))
    words = ["train", "sequence", "--data", str(file), "--out", str(tmp_path / "model"), "--seed", "1", "--json"]
    settings = [f"--set={key}" for key in ("width=16", "heads=2", "epochs=3")]
    done = CliRunner().invoke(app, words + settings)
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["products"] == 12
    assert SequenceGenerator.load(tmp_path / "model").generate(request("p3"), 3).ids
    assert (tmp_path / "model-training" / "figures.jsonl").is_file()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--out", "m", "--set", "wide=3"], "expected one of width"),
        (["--out", "m", "--set", "width=x"], "expected a number"),
        ([], "Nowhere to write to"),
    ],
)
def test_the_command_names_mistakes(words: list[str], said: str, tmp_path: Path) -> None:
    file = tmp_path / "shop.txt"
    file.write_text("a x y z\n")
    done = CliRunner().invoke(app, ["train", "sequence", "--data", str(file), *words])
    assert done.exit_code == 1
    assert said in done.output
