"""PEFT's changes of weights, put into a transformer in place and merged into its weights again."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

from peft import inject_adapter_in_model
from peft.tuners.tuners_utils import BaseTunerLayer
from torch import nn

from shelfwise.errors import InputError
from shelfwise.training.methods.weights import LAYER, layers, seeded, train_only

TARGETS: Final = ("query", "key", "value", "dense")  # every linear map of a layer


def pattern(model: nn.Module, targets: Sequence[str]) -> str:
    """A regular expression for the linear maps of the layers that have one of the names (not for those of heads).

    Raises:
        InputError: the model is not built like BERT, or no layer has a map of that name.
    """
    names = {name.rpartition(".")[2] for _, layer in layers(model) for name, part in layer.named_modules() if name}
    if unknown := sorted(set(targets) - names):
        linear = sorted({name.rpartition(".")[2] for _, layer in layers(model) for name in _linear(layer)})
        raise InputError(f"No layer of {type(model).__name__} has {', '.join(unknown)}; it has {', '.join(linear)}.")
    return rf"{LAYER}\.(?:.*\.)?(?:{'|'.join(map(re.escape, targets))})"


def inject(model: nn.Module, config: Any, seed: int) -> nn.Module:
    """Adds what the configuration says; what was added learns, and the heads.

    The model stays an object of its own class (PEFT's wrapper would change the names of all weights and what
    Sentence-Transformers writes into checkpoints).
    """
    with seeded(seed):
        inject_adapter_in_model(config, model)
    train_only(model, [weight for name, weight in model.named_parameters() if "lora_" in name])
    return model


def merge(model: nn.Module) -> nn.Module:
    """Adds each change to the weight that it changes, and puts the plain linear map back in its place."""
    changed = [(name, part) for name, part in model.named_modules() if isinstance(part, BaseTunerLayer)]
    for name, part in changed:
        part.merge()
        parent, _, leaf = name.rpartition(".")
        setattr(model.get_submodule(parent), leaf, part.get_base_layer())
    model.__dict__.pop("peft_config", None)
    return model.requires_grad_(True)


def _linear(layer: nn.Module) -> list[str]:
    return [name for name, part in layer.named_modules() if isinstance(part, nn.Linear)]
