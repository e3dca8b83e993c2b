"""A trained sequence model as the generator that serving reads without PyTorch."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from shelfwise.recommend.generators.sequence import SequenceGenerator
from shelfwise.training.sequences.model import SequenceModel


class _Last(nn.Module):
    """Vectors of items, Float[1, t, d] → the vector at the last place, Float[1, d]."""

    def __init__(self, model: SequenceModel) -> None:
        super().__init__()
        self.model = model

    def forward(self, vectors: Tensor) -> Tensor:
        return self.model.encode(vectors)[:, -1]


def export(model: SequenceModel, products: Sequence[str]) -> SequenceGenerator:
    """The generator of a model whose item number i (from 1) is products[i − 1]."""
    model = model.to("cpu", torch.float32).eval()
    with torch.inference_mode():
        table = model.table()[1:].numpy().copy()
    graph = _graph(_Last(model).eval(), torch.zeros(1, 3, model.config.width))
    return SequenceGenerator.of(products, np.asarray(table, np.float32), graph, model.config.length)


def _graph(module: nn.Module, sample: Tensor) -> bytes:
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the tracer warns of shapes that it takes for constants: parity is tested
        path = Path(folder) / "encoder.onnx"
        torch.onnx.export(
            module,
            (sample,),
            path,
            input_names=["vectors"],
            output_names=["vector"],
            dynamic_axes={"vectors": {1: "t"}},
            opset_version=18,
            dynamo=False,
        )
        return path.read_bytes()
