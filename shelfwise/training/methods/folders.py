"""A method inside a Sentence-Transformers encoder or cross-encoder; saved and read with what was added."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from sentence_transformers import CrossEncoder, SentenceTransformer
from torch import nn

from shelfwise.training.methods.additions import SETTINGS, additions, load_additions, save_additions
from shelfwise.training.methods.base import Method
from shelfwise.training.methods.frozen import Frozen, add_projection

Model = TypeVar("Model", SentenceTransformer, CrossEncoder)


def transformer(model: SentenceTransformer | CrossEncoder) -> nn.Module:
    """The transformer inside."""
    found: nn.Module = model[0].model  # type: ignore[assignment]
    return found


def apply_to(method: Method, model: SentenceTransformer | CrossEncoder) -> None:
    """Makes the transformer inside ready to train; a frozen encoder gets a projection that learns."""
    model[0].model = method.apply(transformer(model))
    if isinstance(method, Frozen) and isinstance(model, SentenceTransformer):
        add_projection(model)


def merge_in(method: Method, model: SentenceTransformer | CrossEncoder) -> None:
    """Makes the transformer inside a plain one again, where the method can."""
    model[0].model = method.merge(transformer(model))


def save_model(model: SentenceTransformer | CrossEncoder, folder: Path) -> None:
    """Writes the folder of a model, and beside it what a method added and could not merge."""
    model.save_pretrained(str(folder), create_model_card=False)
    if additions(transformer(model)) is not None:
        save_additions(transformer(model), folder)


def read_model(kind: type[Model], folder: Path) -> Model:
    """Reads a folder that `save_model` wrote, or any other of Sentence-Transformers, on the CPU; safetensors alone.

    Raises:
        InputError: the additions are broken or of another model.
    """
    model: Model = kind(str(folder), device="cpu", model_kwargs={"use_safetensors": True}, local_files_only=True)
    if (folder / SETTINGS).is_file():
        model[0].model = load_additions(transformer(model), folder)
    return model
