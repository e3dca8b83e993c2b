"""A tuned encoder as an ONNX graph: token ids in, probabilities of labels out.

    p = softmax(W·h + b),  h Float32[n, t, hidden] the states after the last layer

It is the encoder's own graph (language/encoders/bert_graph.py), in 8 bits, with its pooling replaced by the head.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import onnx
from onnx import TensorProto, helper, numpy_helper

from shelfwise.language.encoders.bert_calibration import measure_ranges
from shelfwise.language.encoders.bert_graph import build_graph
from shelfwise.understanding.tagging.characters import Characters

if TYPE_CHECKING:
    from shelfwise.understanding.tagging.network import Tuned

OUTPUT = "probabilities"


def tagging_graph(tuned: Tuned, characters: Characters, *, eight_bits: bool = True) -> onnx.ModelProto:
    """The model: input_ids and attention_mask Int64[n, t] → probabilities Float32[n, t, labels]."""
    ranges = measure_ranges(tuned.weights, characters.tokens) if eight_bits else None
    model = build_graph(tuned.weights, ranges)
    last = f"l{tuned.weights.layers - 1}.oln"
    at = next(place for place, node in enumerate(model.graph.node) if last in node.output)
    del model.graph.node[at + 1 :]
    model.graph.node.extend(
        [
            helper.make_node("MatMul", [last, "head.w"], ["head.wx"]),
            helper.make_node("Add", ["head.wx", "head.b"], ["logits"]),
            helper.make_node("Softmax", ["logits"], [OUTPUT], axis=-1),
        ]
    )
    model.graph.initializer.append(numpy_helper.from_array(tuned.head.T.copy(), "head.w"))
    model.graph.initializer.append(numpy_helper.from_array(tuned.bias, "head.b"))
    del model.graph.output[:]
    model.graph.output.append(helper.make_tensor_value_info(OUTPUT, TensorProto.FLOAT, ["n", "t", len(tuned.bias)]))
    return model
