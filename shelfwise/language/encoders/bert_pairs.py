"""The parts of a graph that reads a query and a text together and compares them.

    s = Σᵢ gᵢ · ûᵢ · v̂ᵢ / τ        u, v: sums of the states of the query's and the text's tokens, or their first ones

token_type_ids tell the query's tokens (0) from the text's (1). Each of the two counts its positions from 0; the logits
of attention from one to the other get `across` added. Weights: `pair.gains` g [hidden], `pair.across`,
`pair.temperature` τ. What is trained so is described in training/bases/pairs.py.
"""

from __future__ import annotations

import numpy as np
from onnx import TensorProto

from shelfwise.language.encoders.bert_nodes import Nodes


class PairParts:
    """Adds the parts to a graph. first: only the first state of each counts."""

    dim = "pair.dim"  # what attention between the two texts loses, Float32[n, 1, t, t]

    def __init__(self, graph: Nodes, first: bool) -> None:
        self.graph = graph
        self.first = first

    def part(self) -> None:
        """Which tokens are the query's and the text's, Float32[n, t]; and `dim`."""
        add = self.graph
        add.cast("token_type_ids", "pair.types", TensorProto.FLOAT)
        add.cast("attention_mask", "pair.seen", TensorProto.FLOAT)
        add.node("Mul", ["pair.types", "pair.seen"], "pair.text")
        add.node("Sub", ["pair.seen", "pair.text"], "pair.query")
        add.tensor("pair.1", np.array([1]))
        add.node("Unsqueeze", ["pair.types", add.tensor("pair.12", np.array([1, 2]))], "pair.row")  # [n, 1, 1, t]
        add.node("Unsqueeze", ["pair.types", add.tensor("pair.13", np.array([1, 3]))], "pair.column")  # [n, 1, t, 1]
        add.node("Sub", ["pair.row", "pair.column"], "pair.differ")
        add.node("Abs", ["pair.differ"], "pair.apart")
        add.node("Mul", ["pair.apart", add.tensor("pair.across")], self.dim)

    def places(self) -> str:
        """The place of each token in its own text, Int64[n, t], from 0."""
        add = self.graph
        for text in ("query", "text"):
            add.node("CumSum", [f"pair.{text}", "pair.1"], f"pair.{text}.count")
        add.node("Greater", ["pair.text", add.tensor("pair.0", np.zeros(1, np.float32))], "pair.is.text")
        add.node("Where", ["pair.is.text", "pair.text.count", "pair.query.count"], "pair.count")
        add.node("Sub", ["pair.count", add.tensor("pair.one", np.ones(1, np.float32))], "pair.place.float")
        add.node("Relu", ["pair.place.float"], "pair.place.positive")
        return add.cast("pair.place.positive", "pair.place", TensorProto.INT64)

    def score(self, hidden: str) -> str:
        """s of the last states."""
        add = self.graph
        for text in ("query", "text"):
            pooled = add.sum_over(hidden, self._counted(text), f"pair.{text}.sum")
            add.node("LpNormalization", [pooled], f"pair.{text}.unit", axis=1, p=2)
        add.node("Mul", ["pair.query.unit", "pair.text.unit"], "pair.both")
        add.node("Mul", ["pair.both", add.tensor("pair.gains")], "pair.gained")
        add.node("ReduceSum", ["pair.gained", "last"], "pair.cosine", keepdims=1)
        return add.node("Div", ["pair.cosine", add.tensor("pair.temperature")], "score")

    def _counted(self, text: str) -> str:
        """Which of its tokens count."""
        add = self.graph
        if not self.first:
            return f"pair.{text}"
        add.node("Equal", [f"pair.{text}.count", "pair.one"], f"pair.{text}.begins")
        add.cast(f"pair.{text}.begins", f"pair.{text}.begin", TensorProto.FLOAT)
        return add.node("Mul", [f"pair.{text}.begin", f"pair.{text}"], f"pair.{text}.first")
