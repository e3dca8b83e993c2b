"""Any architecture as an ONNX graph: traced by PyTorch, quantized by ONNX Runtime.

Relations: slower than the fused graphs of our own writer (encoders.py), and its 8 bits are plain ones. For what that
cannot write: other architectures, a prefix, bottlenecks, dense layers after pooling.
"""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import onnx
import torch
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_dynamic, quantize_static
from sentence_transformers import CrossEncoder, SentenceTransformer
from torch import Tensor, nn

from shelfwise.errors import InputError
from shelfwise.training.export.base import Precision
from shelfwise.training.methods.folders import read_model
from shelfwise.types import Int64

_INPUTS: Final = ("input_ids", "attention_mask", "token_type_ids")
_OPSET: Final = 18
_LINEAR: Final = ["MatMul", "Gemm"]


class _Encoder(nn.Module):
    """Token ids → the vector that all modules of a SentenceTransformer make of them, Float32[n, d]."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.model = read_model(SentenceTransformer, folder).eval()
        self.names = [name for name in _INPUTS if name in _known(self.model[0])]

    def forward(self, *inputs: Tensor) -> Tensor:
        found: Tensor = self.model(dict(zip(self.names, inputs, strict=True)))["sentence_embedding"]
        return found


class _CrossEncoder(nn.Module):
    """Token ids of pairs → the logit, Float32[n, 1]."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        found = read_model(CrossEncoder, folder).eval()
        self.names = [name for name in _INPUTS if name in _known(found[0])]
        self.model: Any = found[0].model

    def forward(self, *inputs: Tensor) -> Tensor:
        found: Tensor = self.model(**dict(zip(self.names, inputs, strict=True))).logits
        return found


def trace(folder: Path, *, pairs: bool, feeds: Iterator[dict[str, Int64]], precision: Precision, into: Path) -> int:
    """Writes `into` and returns the width of what the model gives. feeds: inputs to trace and calibrate with.

    Raises:
        InputError: the model cannot be loaded, or PyTorch cannot trace it.
    """
    known = list(feeds)
    try:
        module = _CrossEncoder(folder) if pairs else _Encoder(folder)
    except (OSError, ValueError, KeyError) as error:
        raise InputError(f"{folder}: cannot be loaded: {error}.") from error
    longest = max(known, key=lambda feed: feed["input_ids"].shape[1])
    inputs = tuple(torch.tensor(longest[name]) for name in module.names)
    with tempfile.TemporaryDirectory() as bare:
        path = Path(bare) / "model.onnx"
        _export(module, inputs, path, "score" if pairs else "sentence_embedding")
        width = int(module(*inputs).shape[1])
        names = _finish(path, width)
        _quantize(path, into, precision, [{name: feed[name] for name in names} for feed in known])
    return width


def _known(transformer: Any) -> list[str]:
    return list(transformer.tokenizer.model_input_names)


def _export(module: Any, inputs: tuple[Tensor, ...], path: Path, output: str) -> None:
    for part in module.modules():  # the plain way of attention is the one that can be traced
        if hasattr(part, "config") and hasattr(part.config, "_attn_implementation"):
            part.config._attn_implementation = "eager"
    axes = {name: {0: "n", 1: "t"} for name in module.names} | {output: {0: "n"}}
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")  # the tracer tells of each branch and of its successor
        try:
            torch.onnx.export(
                module,
                inputs,
                str(path),
                input_names=module.names,
                output_names=[output],
                dynamic_axes=axes,
                opset_version=_OPSET,
                dynamo=False,
            )
        except Exception as error:  # the tracer and the model's own code raise what they like
            raise InputError(f"PyTorch cannot trace {type(module.model).__name__}: {error}.") from error


def _finish(path: Path, width: int) -> list[str]:
    """Writes down the output's width, which the tracer does not know; the inputs that the graph reads."""
    model = onnx.load(str(path))
    model.graph.output[0].type.tensor_type.shape.dim[1].dim_value = width
    onnx.save(model, str(path))
    return [each.name for each in model.graph.input]


class _Feeds(CalibrationDataReader):  # type: ignore[misc]
    """Hands out inputs one by one."""

    def __init__(self, feeds: list[Mapping[str, Int64]]) -> None:
        self.left = iter(feeds)

    def get_next(self) -> Mapping[str, Int64] | None:
        """The next, None at the end."""
        return next(self.left, None)


def _quantize(path: Path, into: Path, precision: Precision, feeds: list[Mapping[str, Int64]]) -> None:
    if precision == "float32":
        into.write_bytes(path.read_bytes())
        return
    options: dict[str, Any] = {"op_types_to_quantize": _LINEAR, "per_channel": True}
    if precision == "int8":
        quantize_dynamic(str(path), str(into), weight_type=QuantType.QInt8, **options)
        return
    types = {"activation_type": QuantType.QUInt8, "weight_type": QuantType.QInt8}
    options["extra_options"] = {"ActivationSymmetric": False, "MatMulConstBOnly": True}
    quantize_static(str(path), str(into), _Feeds(feeds), quant_format=QuantFormat.QDQ, **types, **options)
