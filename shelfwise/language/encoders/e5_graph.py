"""multilingual-e5-small as an ONNX graph: token ids in, unit vectors out.

    x₀ = LN(word[ids] + position[0…t−1] + type[0])
    x′ = LN(x + Wₒ·attention(W_q·x, W_k·x, W_v·x)),   x ← LN(x′ + W₂·gelu(W₁·x′)),   12 times
    v  = Σₜ maskₜ·xₜ / ‖Σₜ maskₜ·xₜ‖₂            (mean pooling; its division cancels in the norm)

Precisions. "int8": W is rounded to int8 with one scale per output channel, x to uint8 as it flows; the fastest.
"float32": W as it is in the file; the oracle. The word embedding keeps its 4-bit blocks in both, so it is exact.
The graph uses ONNX Runtime's fused operators (domain com.microsoft), which run on CPU.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

from shelfwise.language.encoders.e5_weights import BLOCK, E5Weights
from shelfwise.types import Float32

VERSION = 1  # grows with every change of the graph, so that a cached file of an older graph is not used
Precision = Literal["int8", "float32"]


def build_graph(weights: E5Weights, precision: Precision = "int8") -> onnx.ModelProto:
    """The model: input_ids and attention_mask Int64[n, t] → embedding Float32[n, hidden], unit rows."""
    return _Graph(weights, precision).model()


def quantize_rows(matrix: Float32) -> tuple[npt.NDArray[np.int8], Float32]:
    """Int8[n, m] and scales Float32[n] with matrix ≈ scale · int8 (symmetric, the largest value becomes ±127).

    >>> q, s = quantize_rows(np.array([[0.0, 1.0, -2.0]], np.float32))
    >>> q.tolist(), (q * s[:, None]).round(2).tolist()
    ([[0, 64, -127]], [[0.0, 1.01, -2.0]])
    """
    scale = (np.abs(matrix).max(axis=1) / 127.0).astype(np.float32)
    scale[scale == 0] = 1.0
    return np.rint(matrix / scale[:, None]).astype(np.int8), scale


class _Graph:
    def __init__(self, weights: E5Weights, precision: Precision) -> None:
        self.weights = weights
        self.precision = precision
        self.nodes: list[onnx.NodeProto] = []
        self.tensors: list[onnx.TensorProto] = []

    def model(self) -> onnx.ModelProto:
        shape = {name: helper.make_tensor_value_info(name, TensorProto.INT64, ["n", "t"]) for name in _INPUTS}
        out = helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["n", self.weights.hidden])
        self._cast("attention_mask", "mask", TensorProto.INT32)
        hidden = self._embed()
        for layer in range(self.weights.layers):
            hidden = self._layer(hidden, f"l{layer}.")
        self._pool(hidden)
        graph = helper.make_graph(self.nodes, "multilingual-e5-small", list(shape.values()), [out], self.tensors)
        opsets = [helper.make_opsetid("", 21), helper.make_opsetid("com.microsoft", 1)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=10, producer_name="shelfwise")

    def _embed(self) -> str:
        floats, size = self.weights.floats, self.weights.hidden
        first_type = floats["emb.type"].reshape(-1, size)[0]
        self._tensor("positions", floats["emb.pos"].reshape(-1, size) + first_type)
        self._words()
        self._node("Shape", ["input_ids"], "length", start=1, end=2)
        self._node("Slice", ["positions", self._tensor("zero", np.zeros(1, np.int64)), "length", "zero"], "here")
        self._node("Add", ["words", "here"], "embedded")  # [n, t, hidden]
        inputs = ["embedded", self._tensor("emb.ln.w"), self._tensor("emb.ln.b")]
        return self._node("LayerNormalization", inputs, "embedded.ln", epsilon=self.weights.epsilon)

    def _words(self) -> None:
        """Looks up word[ids] in the table, which stays in its 4-bit blocks."""
        rows = len(self.weights.pieces)  # the file pads the table with rows that no token uses
        table = self.weights.blocks["emb.word"]
        self._nibbles("word", table.nibbles[:rows].reshape(rows, -1))
        self._tensor("word.scale", table.scales[:rows])
        self._nibbles("word.zero", np.full((rows, table.scales.shape[1]), 8, np.uint8))
        inputs = ["word", "input_ids", "word.scale", "word.zero"]
        self._fused("GatherBlockQuantized", inputs, "words", gather_axis=0, quantize_axis=1, block_size=BLOCK)

    def _layer(self, hidden: str, at: str) -> str:
        joined = self._linear(hidden, at + "qkv", ("q", "k", "v"), at)  # [n, t, 3·hidden]
        parts = [at + "q", at + "k", at + "v"]
        self.nodes.append(helper.make_node("Split", [joined], parts, axis=2, num_outputs=3))
        heads = self._fused("MultiHeadAttention", [*parts, "", "mask"], at + "a", num_heads=self.weights.heads)
        hidden = self._add_norm(self._linear(heads, at + "ao.y", ("ao",), at), hidden, at + "aln")
        inner = self._fused("Gelu", [self._linear(hidden, at + "fi.y", ("fi",), at)], at + "gelu")
        return self._add_norm(self._linear(inner, at + "fo.y", ("fo",), at), hidden, at + "oln")

    def _linear(self, x: str, out: str, parts: tuple[str, ...], at: str) -> str:
        """W·x + b, where W and b are the parts' stacked."""
        matrix = np.concatenate([self.weights.blocks[f"{at}{part}.w"].dense() for part in parts])
        self._tensor(out + ".b", np.concatenate([self.weights.floats[f"{at}{part}.b"] for part in parts]))
        if self.precision == "float32":
            self._node("MatMul", [x, self._tensor(out + ".w", matrix.T)], out + ".wx")
            return self._node("Add", [out + ".wx", out + ".b"], out)
        rows, scale = quantize_rows(matrix)
        self._tensor(out + ".w", rows.T)
        self._tensor(out + ".s", scale)
        self._tensor(out + ".z", np.zeros(len(scale), np.int8))
        return self._fused("DynamicQuantizeMatMul", [x, out + ".w", out + ".s", out + ".z", out + ".b"], out)

    def _add_norm(self, x: str, skip: str, norm: str) -> str:
        inputs = [x, skip, self._tensor(norm + ".w"), self._tensor(norm + ".b")]
        return self._fused("SkipLayerNormalization", inputs, norm, epsilon=self.weights.epsilon)

    def _pool(self, hidden: str) -> None:
        self._cast("attention_mask", "mask.float", TensorProto.FLOAT)
        self._node("Unsqueeze", ["mask.float", self._tensor("last", np.array([-1]))], "mask.column")
        self._node("Mul", [hidden, "mask.column"], "masked")
        self._node("ReduceSum", ["masked", self._tensor("tokens", np.array([1]))], "sum", keepdims=0)  # [n, hidden]
        self._node("LpNormalization", ["sum"], "embedding", axis=1, p=2)

    def _tensor(self, name: str, values: npt.NDArray[np.generic] | None = None) -> str:
        values = self.weights.floats[name] if values is None else values
        self.tensors.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def _nibbles(self, name: str, values: npt.NDArray[np.uint8]) -> None:
        flat = values.reshape(-1)
        packed = flat[0::2] | (flat[1::2] << 4)
        self.tensors.append(helper.make_tensor(name, TensorProto.UINT4, values.shape, packed.tobytes(), raw=True))

    def _node(self, kind: str, inputs: list[str], out: str, domain: str = "", **attributes: Any) -> str:
        self.nodes.append(helper.make_node(kind, inputs, [out], domain=domain, **attributes))
        return out

    def _fused(self, kind: str, inputs: list[str], out: str, **attributes: Any) -> str:
        return self._node(kind, inputs, out, "com.microsoft", **attributes)

    def _cast(self, x: str, out: str, to: int) -> str:
        return self._node("Cast", [x], out, to=to)


_INPUTS = ("input_ids", "attention_mask")
