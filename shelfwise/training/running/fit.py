"""One training: a model, rows and a loss in, the best weights by validation out; resumed where it was cut off."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from rich.console import Console
from sentence_transformers import CrossEncoder, SentenceTransformer, SentenceTransformerTrainingArguments
from sentence_transformers.cross_encoder import CrossEncoderTrainingArguments
from torch import nn
from transformers import EarlyStoppingCallback, Trainer

from shelfwise.training.data.examples import Example
from shelfwise.training.methods.base import Method
from shelfwise.training.methods.folders import transformer
from shelfwise.training.methods.weights import Trainable, parameters
from shelfwise.training.recipes.base import Recipe
from shelfwise.training.recipes.encoder import Task
from shelfwise.training.running.checkpoints import last_good
from shelfwise.training.running.devices import device
from shelfwise.training.running.evaluators import METRIC, Evaluator
from shelfwise.training.running.guard import NanGuard
from shelfwise.training.running.interruption import SaveOnInterrupt
from shelfwise.training.running.memory import out_of_memory
from shelfwise.training.running.precision import Precision, choose
from shelfwise.training.running.progress import ProgressCallback, show_progress
from shelfwise.training.running.tracking import TrackerCallback
from shelfwise.training.running.trainers import EncoderTrainer, PairTrainer
from shelfwise.training.trackers.base import Run, Tracker

CHECKPOINTS = "checkpoints"
LOGGED = 10  # steps between logged losses


@dataclass(frozen=True, slots=True)
class Fitted:
    """What a training came to: figures on the validation examples before and after, weights, time, notes."""

    before: Mapping[str, float]
    after: Mapping[str, float]
    trainable: Trainable
    seconds: float
    steps: int
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Prepared:
    """A model that a method has made ready to train, and what it is to learn."""

    recipe: Recipe
    method: Method
    model: SentenceTransformer | CrossEncoder
    task: Task


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Where a training works and whom it tells: `work` keeps checkpoints; `resume` is the command that goes on."""

    work: Path
    run: Run
    tracker: Tracker
    resume: str = "the same command"
    console: Console | None = field(default_factory=lambda: Console(stderr=True))
    clock: Callable[[], float] = time.monotonic


def fit(prepared: Prepared, valid: Sequence[Example], around: Surroundings) -> Fitted:
    """Trains the prepared model in place; it ends with the weights that were best on `valid`.

    Without validation examples nothing is measured and the last weights stay. A checkpoint of the same work folder is
    gone on from, step for step as if nothing had happened.

    Raises:
        TrainingError: the loss is no longer a number, memory ran out, or it was stopped (a checkpoint is kept).
    """
    began = around.clock()
    recipe, model = prepared.recipe, prepared.model
    model.to(device())
    precision = choose(recipe.precision, model.device)
    evaluator = Evaluator(valid, precision.kind) if valid else None
    before = evaluator.measure(model) if evaluator else {}
    trainer = _trainer(prepared, evaluator, around.work, precision)
    listen(trainer, prepared.method, transformer(model), around)
    if evaluator is not None and recipe.patience:
        trainer.add_callback(EarlyStoppingCallback(recipe.patience))
    run_trainer(trainer, around)
    after = evaluator.measure(model) if evaluator else {}
    around.tracker.finish({f"validation/{name}": value for name, value in after.items()})
    notes = (precision.note,) if precision.note else ()
    return Fitted(before, after, parameters(model), around.clock() - began, trainer.state.global_step, notes)


def listen(trainer: Trainer, method: Method, model: nn.Module, around: Surroundings) -> None:
    """Lets those hear of the steps who must: the guard, the method, the tracker.

    model: the transformer that the method was applied to.
    """
    trainer.add_callback(NanGuard())
    for callback in method.callbacks(model):
        trainer.add_callback(callback)
    trainer.add_callback(TrackerCallback(around.tracker, around.run, around.clock))


def run_trainer(trainer: Trainer, around: Surroundings) -> None:
    """Trains from the last good checkpoint of the work folder, or from the beginning; shows how far it is.

    Raises:
        TrainingError: as `fit` does.
    """
    interrupt = SaveOnInterrupt(around.resume)
    shown = ProgressCallback(around.console) if around.console else None
    show_progress(trainer, shown)
    trainer.add_callback(interrupt)  # last: it ends the training once all others have heard of the checkpoint
    checkpoint = last_good(around.work / CHECKPOINTS)
    try:
        with interrupt:
            trainer.train(resume_from_checkpoint=str(checkpoint) if checkpoint else None)
    except (RuntimeError, MemoryError) as error:
        raise out_of_memory(error) or error from error
    finally:
        if shown is not None:
            shown.close()


def steps_of(recipe: Recipe, rows: int) -> int:
    """Steps of an epoch: how often the weights move."""
    return max(1, math.ceil(rows / (recipe.batch * recipe.accumulate)))


def arguments(recipe: Recipe, rows: int, work: Path, precision: Precision, evaluated: bool) -> dict[str, Any]:
    """What all trainers are told."""
    every = max(1, steps_of(recipe, rows) // recipe.evaluations)
    return {
        "output_dir": str(work / CHECKPOINTS),
        "num_train_epochs": recipe.epochs,
        "per_device_train_batch_size": recipe.batch,
        "gradient_accumulation_steps": recipe.accumulate,
        "learning_rate": recipe.learning_rate,
        "lr_scheduler_type": recipe.schedule,
        "warmup_steps": recipe.warmup,  # below 1: a share of all steps
        "weight_decay": recipe.decay,
        "max_grad_norm": recipe.clip,
        "activation_checkpointing": recipe.checkpointing,
        "seed": recipe.seed,
        "data_seed": recipe.seed,
        "use_cpu": not torch.cuda.is_available(),
        "logging_steps": LOGGED,
        "eval_strategy": "steps" if evaluated else "no",
        "eval_steps": every,
        "save_strategy": "steps",
        "save_steps": every,
        "save_total_limit": 2,
        "load_best_model_at_end": evaluated,
        "metric_for_best_model": f"eval_{METRIC}",
        "greater_is_better": True,
        "report_to": "none",
        **precision.arguments(),
    }


def _trainer(
    prepared: Prepared, evaluator: Evaluator | None, work: Path, precision: Precision
) -> EncoderTrainer | PairTrainer:
    task, model = prepared.task, prepared.model
    given = arguments(prepared.recipe, len(task.rows), work, precision, evaluator is not None)
    parts: dict[str, Any] = {"train_dataset": task.rows, "loss": task.loss, "evaluator": evaluator}
    if isinstance(model, SentenceTransformer):
        args = SentenceTransformerTrainingArguments(**given, prompts=task.prompts)
        return EncoderTrainer(model=model, args=args, **parts)
    return PairTrainer(model=model, args=CrossEncoderTrainingArguments(**given), **parts)
