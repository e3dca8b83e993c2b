"""The baseline: the transformer stays as it is, only what stands on it learns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Dense, Normalize
from torch import nn
from transformers import TrainerCallback

from shelfwise.training.methods.weights import train_only


@dataclass(frozen=True, slots=True)
class Frozen:
    """Trains heads alone: a cross-encoder's classifier, or the projection that `add_projection` puts on an encoder.

    Relations: what any other method must beat to be worth its time.
    """

    seed: int = 0

    name = "frozen"
    mergeable = True

    def apply(self, model: nn.Module) -> nn.Module:
        """The same model, all of it frozen but its heads."""
        train_only(model, [])
        return model

    def merge(self, model: nn.Module) -> nn.Module:
        """The same model, free of freezing."""
        return model.requires_grad_(True)

    def callbacks(self, model: nn.Module) -> Sequence[TrainerCallback]:
        """None."""
        return ()


def add_projection(encoder: SentenceTransformer) -> None:
    """Puts a linear map [width, width] after the pooling, before the vector is made unit length.

    It starts as the identity, so that the encoder gives the same vectors as before; it is saved with the encoder as a
    `Dense` module, and whoever reads the folder needs to know nothing of it.
    """
    parts = list(encoder)
    before = list(takewhile(lambda part: not isinstance(part, Normalize), parts))
    width: int = encoder.get_embedding_dimension()  # type: ignore[assignment]
    identity = torch.eye(width, device=encoder.device)
    projection = Dense(width, width, bias=False, activation_function=nn.Identity(), init_weight=identity)
    for place, part in enumerate([*before, projection, *parts[len(before) :]]):
        encoder._modules[str(place)] = part
