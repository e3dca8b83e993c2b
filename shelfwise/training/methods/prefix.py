"""Prefix tuning: a few keys and values of its own before those of the text, in every layer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import torch
from peft import PrefixTuningConfig
from peft.tuners.prefix_tuning import PrefixEncoder
from torch import Tensor, nn
from torch.nn import functional
from transformers import TrainerCallback

from shelfwise.training.methods.additions import mark
from shelfwise.training.methods.weights import layers, seeded, train_only


@dataclass(frozen=True, slots=True)
class Prefix:
    """Attention of a layer over [P_k; K] and [P_v; V] instead of K and V, with P_k and P_v [tokens, hidden] trained.

    tokens: how many are put before the text; spread: standard deviation of their first values. (PEFT draws them from a
    normal distribution of 1, under which an encoder of sentences starts from noise.)

    Nothing of it can be merged: a prefix is no change of weights. The parameters are PEFT's; they go into the attention
    here, because PEFT hands them over as a cache, which Transformers drops without a word under gradient checkpointing.

    Relations: fewest parameters of all; learns slower than `lora` and costs time at serving.

    Li and Liang, Prefix-Tuning: Optimizing Continuous Prompts for Generation, ACL 2021.
    """

    tokens: int = 16
    spread: float = 0.02
    seed: int = 0

    name = "prefix"
    mergeable = False

    def apply(self, model: nn.Module) -> nn.Module:
        """The same model, with a prefix; it and the heads learn.

        Raises:
            InputError: the model is not built like BERT.
        """
        before, found = set(model.state_dict()), layers(model)
        settings: Any = model.config
        with seeded(self.seed):
            prefix = PrefixEncoder(  # type: ignore[no-untyped-call]
                PrefixTuningConfig(
                    num_virtual_tokens=self.tokens,
                    num_layers=len(found),
                    token_dim=settings.hidden_size,
                    num_attention_heads=settings.num_attention_heads,
                )
            )
            nn.init.normal_(prefix.embedding.weight, std=self.spread)  # [tokens, layers · 2 · hidden]
        model.add_module("prefix", prefix.to(next(model.parameters()).device))
        for place, (_, layer) in enumerate(found):
            attention = layer.get_submodule("attention.self")
            entry = Entry(prefix, place, settings.num_attention_heads, settings.hidden_size)
            attention.register_forward_pre_hook(entry.enter, with_kwargs=True)
        train_only(model, list(prefix.parameters()))
        mark(model, self.name, asdict(self), before)
        return model

    def merge(self, model: nn.Module) -> nn.Module:
        """The same model, its prefix in it."""
        return model

    def callbacks(self, model: nn.Module) -> Sequence[TrainerCallback]:
        """None."""
        return ()


class Entry:
    """Where the prefix enters a layer's attention; stands in for a cache that remembers nothing.

    A recomputed layer (gradient checkpointing) therefore sees the same keys and values again. place: of the layer.
    """

    def __init__(self, prefix: nn.Module, place: int, heads: int, width: int) -> None:
        self.prefix = prefix
        self.heads = heads
        self.columns = slice(2 * width * place, 2 * width * (place + 1))

    def enter(
        self, attention: nn.Module, given: tuple[Any, ...], named: Mapping[str, Any]
    ) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """A hook before the attention: hands it this entry as its cache, and a mask that lets the prefix in."""
        called = {**dict(zip(("hidden_states", "attention_mask"), given, strict=False)), **named}
        called["past_key_values"] = self
        mask: Tensor | None = called.get("attention_mask")  # [batch, 1, length, length], or none where all is seen
        if mask is not None:
            seen = True if mask.dtype == torch.bool else 0.0
            called["attention_mask"] = functional.pad(mask, (len(self._weight()), 0), value=seen)
        return (), called

    def update(self, key: Tensor, value: Tensor, *_: Any) -> tuple[Tensor, Tensor]:
        """Keys and values [batch, heads, length, head width] with the prefix before them."""
        rows = self._weight()[:, self.columns].to(key.dtype)  # [tokens, 2 · hidden]
        halves = rows.view(len(rows), 2, self.heads, -1).permute(1, 2, 0, 3)  # [2, heads, tokens, head width]
        keys, values = halves.unsqueeze(1).expand(
            -1, key.shape[0], -1, -1, -1
        )  # [batch, heads, tokens, head width] each
        return torch.cat((keys, key), dim=2), torch.cat((values, value), dim=2)

    def _weight(self) -> Tensor:
        return self.prefix.get_parameter("embedding.weight")  # [tokens, layers · 2 · hidden]
