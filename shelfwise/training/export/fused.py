"""Our own writer's graph of a BERT in a given precision."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from shelfwise.language.encoders.bert_calibration import ranges_of
from shelfwise.language.encoders.bert_graph import Head, build_graph
from shelfwise.language.encoders.bert_weights import BertWeights
from shelfwise.training.export.base import Precision
from shelfwise.types import Int64


def write_graph(
    weights: BertWeights, feeds: Iterator[dict[str, Int64]], precision: Precision, head: Head, into: Path
) -> None:
    """Writes the graph; `feeds` calibrate 8 bits."""
    ranges = None if precision == "float32" else ranges_of(weights, feeds, head)
    graph = build_graph(weights, ranges, head, static=precision == "int8-static")
    into.write_bytes(graph.SerializeToString())
