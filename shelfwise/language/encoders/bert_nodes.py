"""Nodes and tensors of an ONNX graph as they are added; every method gives the name of what it made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

from shelfwise.types import Float32


class Nodes:
    """The growing graph, with a constant `last`, [-1]. floats: tensors that can be added by their name alone."""

    def __init__(self, floats: Mapping[str, Float32]) -> None:
        self.floats = floats
        self.nodes: list[onnx.NodeProto] = []
        self.tensors: list[onnx.TensorProto] = []
        self.tensor("last", np.array([-1]))

    def tensor(self, name: str, values: npt.NDArray[np.generic] | None = None) -> str:
        """A constant; one of `floats` without values."""
        values = self.floats[name] if values is None else values
        self.tensors.append(numpy_helper.from_array(np.asarray(values, order="C"), name))
        return name

    def nibbles(self, name: str, values: npt.NDArray[np.uint8]) -> str:
        """A constant of numbers below 16, two in a byte."""
        flat = values.reshape(-1)
        packed = flat[0::2] | (flat[1::2] << 4)
        self.tensors.append(helper.make_tensor(name, TensorProto.UINT4, values.shape, packed.tobytes(), raw=True))
        return name

    def node(self, kind: str, inputs: list[str], out: str, domain: str = "", **attributes: Any) -> str:
        """An operator of ONNX."""
        self.nodes.append(helper.make_node(kind, inputs, [out], domain=domain, **attributes))
        return out

    def fused(self, kind: str, inputs: list[str], out: str, **attributes: Any) -> str:
        """An operator of ONNX Runtime's own."""
        return self.node(kind, inputs, out, "com.microsoft", **attributes)

    def sum_over(self, x: str, part: str, out: str) -> str:
        """Sum of x, Float[n, t, d], over the tokens of a part, Float[n, t]: Float[n, d]."""
        self.node("Unsqueeze", [part, "last"], out + ".mask")  # [n, t, 1]
        self.node("Mul", [x, out + ".mask"], out + ".masked")
        return self.node("ReduceSum", [out + ".masked", self.tensor(out + ".tokens", np.array([1]))], out, keepdims=0)

    def cast(self, x: str, out: str, to: int) -> str:
        """The same values in another type."""
        return self.node("Cast", [x], out, to=to)
