"""Each tracker's own files hold what it was told."""

from __future__ import annotations

import io
import math
import socket
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from rich.console import Console
from structlog.testing import capture_logs
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from wandb.proto import wandb_internal_pb2

from shelfwise.errors import SettingsError, TrainingError
from shelfwise.training.trackers import wandb as wandb_tracker
from shelfwise.training.trackers.base import Run, Tracker
from shelfwise.training.trackers.console import ConsolePlot, draw
from shelfwise.training.trackers.jsonl import JsonLines
from shelfwise.training.trackers.registry import TRACKERS, open_trackers
from shelfwise.training.trackers.several import Several
from shelfwise.training.trackers.tensorboard import TensorBoard
from shelfwise.training.trackers.wandb import WeightsAndBiases

RUN = Run(
    name="office",
    recipe={"method": "lora", "rank": 16, "rate": 2e-4},
    data={"examples": 120, "hash": "abc"},
    seed=7,
    git="0123abc",
    machine={"processor": "a processor", "gpus": []},
)
STEPS = {10: {"loss": 2.5, "learning_rate": 1e-4}, 20: {"loss": 1.25, "validation/ndcg@10": 0.5}}
SUMMARY = {"ndcg@10": 0.625}


def tell(tracker: Tracker) -> None:
    tracker.start(RUN)
    for step, figures in STEPS.items():
        tracker.log(step, figures)
    tracker.finish(SUMMARY)


def test_json_lines(tmp_path: Path) -> None:
    tell(JsonLines(tmp_path / "deep" / "run"))
    first, *steps, last = map(orjson.loads, (tmp_path / "deep" / "run" / "figures.jsonl").read_bytes().splitlines())
    assert first["run"] == {"name": "office", "recipe": dict(RUN.recipe), "data": dict(RUN.data), "seed": 7,
                            "git": "0123abc", "machine": dict(RUN.machine)}  # fmt: skip
    assert steps == [{"step": step, "figures": figures} for step, figures in STEPS.items()]
    assert last == {"summary": SUMMARY}


def test_json_lines_have_null_for_what_is_no_number_and_go_on(tmp_path: Path) -> None:
    for value in (math.nan, 1.0):
        tracker = JsonLines(tmp_path)
        tracker.start(RUN)
        tracker.log(1, {"loss": value})
    lines = [orjson.loads(line) for line in (tmp_path / "figures.jsonl").read_bytes().splitlines()]
    assert [line["figures"]["loss"] for line in lines if "step" in line] == [None, 1.0]


def test_tensorboard(tmp_path: Path) -> None:
    tell(TensorBoard(tmp_path))
    events = EventAccumulator(str(tmp_path / "tensorboard"))
    events.Reload()
    assert [(event.step, event.value) for event in events.Scalars("loss")] == [(10, 2.5), (20, 1.25)]
    assert [event.value for event in events.Scalars("validation/ndcg@10")] == [0.5]
    assert [event.value for event in events.Scalars("summary/ndcg@10")] == [0.625]
    (text,) = events.Tensors("run/text_summary")
    assert b'"rank": 16' in text.tensor_proto.string_val[0]


def records(path: Path) -> Iterator[Any]:
    """What a .wandb file holds: after 7 bytes records of 4 bytes checksum, 2 length, 1 kind (1: whole)."""
    content, at = path.read_bytes(), 7
    while at < len(content):
        _, length, kind = struct.unpack("<IHB", content[at : at + 7])
        assert kind == 1
        record = wandb_internal_pb2.Record()
        record.ParseFromString(content[at + 7 : at + 7 + length])
        yield record
        at += 7 + length


def name_of(item: Any) -> str:
    return item.key or "/".join(item.nested_key)


def test_weights_and_biases_offline(tmp_path: Path) -> None:
    tell(WeightsAndBiases(tmp_path, "shop"))
    (folder,) = (tmp_path / "wandb").glob("offline-run-*")
    (file,) = folder.glob("*.wandb")
    found = list(records(file))
    rows = [
        {name_of(item): orjson.loads(item.value_json) for item in record.history.item}
        for record in found
        if record.WhichOneof("record_type") == "history"
    ]
    assert [(row["_step"], row["loss"]) for row in rows] == [(10, 2.5), (20, 1.25)]
    assert rows[1]["validation/ndcg@10"] == 0.5
    runs = [record.run for record in found if record.WhichOneof("record_type") == "run"]
    assert (runs[0].project, runs[0].display_name) == ("shop", "office")
    configured = {name_of(item): orjson.loads(item.value_json) for run in runs for item in run.config.update}
    assert configured["recipe"]["rank"] == 16
    assert configured["seed"] == 7
    summed = [
        (name_of(item), orjson.loads(item.value_json))
        for record in found
        if record.WhichOneof("record_type") == "summary"
        for item in record.summary.update
    ]
    assert ("ndcg@10", 0.625) in summed


def test_what_would_be_sent_names_no_machine(tmp_path: Path) -> None:
    tell(WeightsAndBiases(tmp_path, "shop"))
    (file,) = tmp_path.rglob("*.wandb")
    content = file.read_bytes()
    assert str(tmp_path).encode() not in content
    assert str(Path.cwd()).encode() not in content
    assert len(socket.gethostname()) < 4 or socket.gethostname().encode() not in content


def test_the_key_makes_it_online_and_is_never_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key, asked = "0123456789abcdef" * 2, {}

    def refuse(**given: Any) -> None:
        asked.update(given)
        raise RuntimeError(f"401: {key} is not welcome")

    monkeypatch.setattr(wandb_tracker.wandb, "init", refuse)
    tracker = open_trackers(["wandb", "jsonl"], tmp_path, "shop", {"WANDB_API_KEY": key})
    with capture_logs() as logs:
        tell(tracker)
    assert asked["settings"].mode == "online"
    assert asked["settings"].api_key == key
    assert [log["event"] for log in logs] == ["tracker_failed"]
    assert "*** is not welcome" in logs[0]["error"]
    assert key not in repr(logs)
    assert all(key.encode() not in file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
    with pytest.raises(TrainingError) as error:
        WeightsAndBiases(tmp_path, "shop", key).start(RUN)
    assert key not in "".join(map(str, (error.value, error.value.__cause__)))


def test_the_console_draws_loss_and_validation() -> None:
    page = io.StringIO()
    tell(ConsolePlot(Console(file=page, width=70)))
    text = page.getvalue()
    assert "office: loss" in text
    assert "office: validation" in text
    assert "learning_rate" not in text
    assert "ndcg@10 0.625" in text
    assert "\x1b" not in text
    assert max(map(len, text.splitlines())) <= 70


def test_a_falling_curve_falls() -> None:
    lines = draw("t", {"loss": [(0, 4.0), (10, 1.0)]}, 60).splitlines()
    body = [line for line in lines if "┤" in line or "│" in line]
    left = [row for row, line in enumerate(body) if line.rstrip()[-2:-1] not in {" ", ""}]
    assert "t" in lines[0]
    assert left and left[-1] == len(body) - 1  # at its right end it is at the bottom


def test_an_empty_run_draws_nothing() -> None:
    page = io.StringIO()
    plot = ConsolePlot(Console(file=page, width=70))
    plot.start(RUN)
    plot.finish({})
    assert page.getvalue().strip() == ""


class Failing:
    """A tracker that fails at one of its calls."""

    name = "failing"

    def __init__(self, at: str) -> None:
        self.at = at
        self.calls = 0

    def _call(self, name: str) -> None:
        self.calls += 1
        if name == self.at:
            raise OSError("disk full")

    def start(self, run: Run) -> None:
        self._call("start")

    def log(self, step: int, figures: Any) -> None:
        self._call("log")

    def finish(self, summary: Any) -> None:
        self._call("finish")


@pytest.mark.parametrize(("at", "calls"), [("start", 1), ("log", 2), ("finish", 4)])
def test_a_failing_tracker_says_so_once_and_stops_nothing(at: str, calls: int, tmp_path: Path) -> None:
    failing = Failing(at)
    with capture_logs() as logs:
        tell(Several([failing, JsonLines(tmp_path)]))
    assert [(log["event"], log["tracker"], log["error"]) for log in logs] == [
        ("tracker_failed", "failing", "OSError: disk full")
    ]
    assert failing.calls == calls
    assert len((tmp_path / "figures.jsonl").read_bytes().splitlines()) == 4


def test_names(tmp_path: Path) -> None:
    opened = open_trackers([*TRACKERS, "jsonl"], tmp_path, environ={})
    assert isinstance(opened, Several)
    assert [tracker.name for tracker in opened.trackers] == list(TRACKERS)
    assert open_trackers([], tmp_path).trackers == []  # type: ignore[attr-defined]
    with pytest.raises(SettingsError, match="Did you mean 'tensorboard'"):
        open_trackers(["tensorbord"], tmp_path)
