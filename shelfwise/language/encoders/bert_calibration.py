"""How large the values inside a BERT become: what its 8-bit form needs to know."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper

from shelfwise.language.encoders.bert_graph import Head, build_graph, linear_inputs
from shelfwise.language.encoders.bert_weights import BertWeights
from shelfwise.language.encoders.onnx import Tokens
from shelfwise.types import Float32, Int64

TEXTS = (
    "query: wireless headphones",
    "query: usb c cable 2m",
    "query: 适合学生的笔记本电脑",
    "passage: Brother TN-2110 toner cartridge black 1500 pages",
    "passage: Lenovo ThinkPad X1 Carbon 14 inch Intel Core i7-1185G7 16 GB RAM 512 GB SSD Windows 11",
    "passage: Women's running shoes, breathable mesh, size 38, pink",
    "passage: 机械键盘 红轴 RGB 背光 有线 游戏键盘",
    "passage: 变频空调 一级能效 1.5匹 家用冷暖壁挂机 ¥2999",
)


def measure_ranges(weights: BertWeights, tokenizer: Tokens, texts: Sequence[str] = TEXTS) -> dict[str, Float32]:
    """Name of each linear layer's input → largest magnitude of each of its components over the texts, Float32[m]."""
    ids = (np.array(tokenizer([text])) for text in texts)
    return ranges_of(weights, ({"input_ids": each, "attention_mask": np.ones_like(each)} for each in ids))


def ranges_of(weights: BertWeights, feeds: Iterable[Mapping[str, Int64]], head: Head = "mean") -> dict[str, Float32]:
    """As `measure_ranges`, over inputs of the graph with that head, one text or pair each."""
    names = linear_inputs(weights.layers)
    session = _session(build_graph(weights, head=head), names)
    known = {each.name for each in session.get_inputs()}
    ranges: dict[str, Float32] = {}
    for feed in feeds:
        states = session.run(names, {name: values for name, values in feed.items() if name in known})
        for name, found in zip(names, states, strict=True):
            largest = np.abs(found).max(axis=(0, 1))  # [1, t, m] → [m]
            ranges[name] = np.maximum(ranges.get(name, largest), largest)
    return ranges


def _session(model: onnx.ModelProto, outputs: list[str]) -> onnxruntime.InferenceSession:
    for name in outputs:
        model.graph.output.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, None))
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
