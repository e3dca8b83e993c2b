"""Adapters: two small bottlenecks in every layer, after attention and after the feed-forward part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from torch import Tensor, nn
from torch.nn import functional
from transformers import TrainerCallback

from shelfwise.training.methods.additions import mark
from shelfwise.training.methods.weights import layers, seeded, train_only

_PLACES = ("attention.output", "output")
_SPREAD = 1e-2  # of the first weights, as in the paper: the bottleneck starts near the identity


@dataclass(frozen=True, slots=True)
class Bottleneck:
    """h' = h + U·gelu(D·h + d) + u, before the sum with the layer's input; D [size, hidden], U [hidden, size].

    size: of the bottleneck. The norms of the layers learn too, as in the paper.

    Nothing of it can be merged. Two matrices a place, so that a layer costs 4·hidden·size multiplications more.

    Relations: as good as `lora` in most reports, slower at serving.

    Houlsby et al., Parameter-Efficient Transfer Learning for NLP, ICML 2019.
    """

    size: int = 64
    seed: int = 0

    name = "bottleneck"
    mergeable = False

    def apply(self, model: nn.Module) -> nn.Module:
        """The same model, with bottlenecks; they, the norms of the layers and the heads learn.

        Raises:
            InputError: the model is not built like BERT.
        """
        before = set(model.state_dict())
        learning: list[nn.Parameter] = []
        with seeded(self.seed):
            for _, layer in layers(model):
                for place in _PLACES:
                    part = layer.get_submodule(place)
                    width = part.get_parameter("dense.weight").shape[0]
                    adapter = Adapter(part.get_submodule("dropout"), width, self.size)
                    part.add_module("dropout", adapter.to(part.get_parameter("dense.weight").device))
                    learning += [*adapter.parameters(), *part.get_submodule("LayerNorm").parameters()]
        train_only(model, learning)
        mark(model, self.name, asdict(self), before)
        return model

    def merge(self, model: nn.Module) -> nn.Module:
        """The same model, its bottlenecks in it."""
        return model

    def callbacks(self, model: nn.Module) -> Sequence[TrainerCallback]:
        """None."""
        return ()


class Adapter(nn.Module):
    """A bottleneck in the place of the dropout that it follows: the names of all other weights stay as they are."""

    def __init__(self, dropout: nn.Module, width: int, size: int) -> None:
        super().__init__()
        self.dropout = dropout
        self.down = nn.Linear(width, size)
        self.up = nn.Linear(size, width)
        for part in (self.down, self.up):
            nn.init.trunc_normal_(part.weight, std=_SPREAD, a=-2 * _SPREAD, b=2 * _SPREAD)
            nn.init.zeros_(part.bias)

    def forward(self, hidden: Tensor) -> Tensor:
        """[batch, length, hidden] → the same shape."""
        kept: Tensor = self.dropout(hidden)
        added: Tensor = self.up(functional.gelu(self.down(kept)))
        return kept + added
