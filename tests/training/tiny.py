"""Transformers so small that a test can train them: two layers, 32 numbers wide, drawn from a seed."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from transformers import (
    BertConfig,
    BertForMaskedLM,
    BertForSequenceClassification,
    BertModel,
    RobertaConfig,
    RobertaModel,
    XLMRobertaConfig,
    XLMRobertaForSequenceClassification,
)

WORDS, WIDTH = 60, 32
CLASSES: dict[str, tuple[Any, Any]] = {
    "encoder": (BertModel, BertConfig),
    "roberta": (RobertaModel, RobertaConfig),
    "cross-encoder": (BertForSequenceClassification, BertConfig),
    "xlmr cross-encoder": (XLMRobertaForSequenceClassification, XLMRobertaConfig),
    "language model": (BertForMaskedLM, BertConfig),
}


def tiny(kind: str = "encoder", *, dropout: float = 0.0) -> nn.Module:
    """A model drawn from seed 0; encoders have no pooler."""
    cls, config = CLASSES[kind]
    settings = config(
        vocab_size=WORDS,
        hidden_size=WIDTH,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=64,
        max_position_embeddings=40,
        num_labels=1,
        hidden_dropout_prob=dropout,
        attention_probs_dropout_prob=dropout,
        initializer_range=0.2,
    )
    with torch.random.fork_rng(devices=()):
        torch.manual_seed(0)
        model: nn.Module = cls(settings, add_pooling_layer=False) if cls in {BertModel, RobertaModel} else cls(settings)
    return model.train()


def batch(rows: int = 6, length: int = 9) -> dict[str, Tensor]:
    """Tokens and a mask with rows of different lengths."""
    drawn = torch.Generator().manual_seed(1)
    ids = torch.randint(5, WORDS, (rows, length), generator=drawn)
    mask = torch.ones_like(ids)
    for row in range(rows):
        mask[row, length - row % 4 :] = 0
    return {"input_ids": ids.where(mask == 1, 1), "attention_mask": mask}


def out(model: nn.Module, inputs: dict[str, Tensor] | None = None) -> Tensor:
    """The model's first output; of an encoder the mean over the tokens that are there, [rows, width]."""
    inputs = batch() if inputs is None else inputs
    found: Tensor = model(**inputs)[0]
    if found.dim() < 3:
        return found
    mask = inputs["attention_mask"].unsqueeze(-1)
    return (found * mask).sum(1) / mask.sum(1)


def loss(model: nn.Module) -> Tensor:
    """Squared distance of the output from a target drawn from a seed."""
    found = out(model)
    target = torch.randn(found.shape, generator=torch.Generator().manual_seed(2))
    return ((found.float() - target) ** 2).mean()


def train(model: nn.Module, steps: int = 8, rate: float = 0.01) -> list[float]:
    """A few steps on one batch; the loss before each."""
    optimiser = torch.optim.Adam([weight for weight in model.parameters() if weight.requires_grad], lr=rate)
    found = []
    for _ in range(steps):
        optimiser.zero_grad()
        value = loss(model)
        value.backward()
        optimiser.step()
        found.append(value.item())
    return found
