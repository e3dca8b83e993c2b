"""A sequence model made by hand: its encoder gives back the vector of the last product."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import numpy as np
from onnx import TensorProto, helper

from shelfwise.behaviour.table import EventTable
from shelfwise.recommend.base import CatalogTable
from shelfwise.recommend.generators.sequence import SequenceGenerator


def last_graph(width: int) -> bytes:
    """Float32[1, t, width] → Float32[1, width], the last one."""
    graph = helper.make_graph(
        [helper.make_node("Gather", ["vectors", "at"], ["vector"], axis=1)],
        "last",
        [helper.make_tensor_value_info("vectors", TensorProto.FLOAT, [1, "t", width])],
        [helper.make_tensor_value_info("vector", TensorProto.FLOAT, [1, width])],
        [helper.make_tensor("at", TensorProto.INT64, [], [-1])],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    return model.SerializeToString()


def sequence_of(products: Sequence[str], vectors: Sequence[Sequence[float]] | np.ndarray) -> SequenceGenerator:
    table = np.asarray(vectors, np.float32).reshape(len(products), -1)
    return SequenceGenerator.of(products, table, last_graph(table.shape[1]), 50)


class AsTrained(SequenceGenerator):
    """As if it had been trained on a log: products touched together lie near each other."""

    def fit(self, events: EventTable, catalog: CatalogTable) -> Self:
        products = tuple(sorted(set(events.products) & set(catalog.ids)))
        random = np.random.default_rng(0)
        tastes = random.normal(size=(9, 8))
        vectors = [tastes[int(id[1:]) // 6] + 0.2 * random.normal(size=8) for id in products]
        made = sequence_of(products, vectors) if products else sequence_of(("never",), [[0.0] * 8])
        for name in vars(made):
            setattr(self, name, getattr(made, name))
        self.update(events, catalog)
        return self
