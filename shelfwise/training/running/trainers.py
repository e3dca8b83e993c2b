"""The trainers of Sentence-Transformers, whose checkpoints hold only the weights that learn.

A checkpoint of a method that trains a hundredth of the weights is a hundredth of the size, and every method is resumed
in one way: by name, into the model that was prepared as before.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from safetensors.torch import load_file, save_file
from sentence_transformers import SentenceTransformerTrainer
from sentence_transformers.cross_encoder import CrossEncoderTrainer
from torch import Tensor, nn
from transformers import Trainer

from shelfwise.errors import InputError
from shelfwise.training.running.checkpoints import PREFIX, seal, verify

WEIGHTS: Final = "trained.safetensors"


def save_trained(model: nn.Module, folder: Path) -> None:
    """Writes the weights that learn, and what a method remembers beside them."""
    folder.mkdir(parents=True, exist_ok=True)
    weights = {name: each.detach().contiguous().cpu() for name, each in _kept(model).items()}
    save_file(weights, str(folder / WEIGHTS))


def load_trained(model: nn.Module, folder: Path) -> None:
    """Puts saved weights into the model.

    Raises:
        InputError: the checkpoint is of a model of other parts.
    """
    weights = load_file(str(folder / WEIGHTS))
    expected = set(_kept(model))
    if expected != set(weights):
        odd = sorted(expected ^ set(weights))
        raise InputError(f"{folder}: a checkpoint of another model: {odd[0]} and {len(odd) - 1} more do not agree.")
    model.load_state_dict(weights, strict=False)


def _kept(model: nn.Module) -> dict[str, Tensor]:
    parameters = dict(model.named_parameters(remove_duplicate=False))
    buffers = {name: each for name, each in model.state_dict().items() if name not in parameters}
    return {name: each for name, each in model.named_parameters() if each.requires_grad} | buffers


class _Light:
    """What is the same for all three."""

    model: Any
    args: Any
    state: Any
    accelerator: Any

    def _save(self, output_dir: str | None = None, state_dict: dict[str, Any] | None = None) -> None:
        save_trained(self.model, Path(output_dir or self.args.output_dir))

    def _save_checkpoint(self, model: nn.Module, trial: Any) -> None:
        super()._save_checkpoint(model, trial)  # type: ignore[misc]
        self.accelerator.wait_for_everyone()  # each process writes its random numbers
        if self.args.should_save:
            seal(Path(self.args.output_dir) / f"{PREFIX}{self.state.global_step}")

    def _load_from_checkpoint(self, resume_from_checkpoint: str, model: nn.Module | None = None) -> None:
        verify(Path(resume_from_checkpoint))
        load_trained(self.model, Path(resume_from_checkpoint))

    def _load_best_model(self) -> None:
        verify(Path(self.state.best_model_checkpoint))
        load_trained(self.model, Path(self.state.best_model_checkpoint))


class EncoderTrainer(_Light, SentenceTransformerTrainer):
    """Of bi-encoders."""


class PairTrainer(_Light, CrossEncoderTrainer):
    """Of cross-encoders."""


class TextTrainer(_Light, Trainer):
    """Of language models that fill in masked words."""
