"""Every workload of a catalogue, asked in every mode."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.quality.workloads import WORKLOADS
from shelfwise.cli.evaluate import pool_searching, searching
from shelfwise.evaluation import evaluate_search
from shelfwise.evaluation.search import Searched
from shelfwise.shop import Shop
from shelfwise.types import Mode

MODES: tuple[Mode, ...] = ("lexical", "dense", "hybrid")


@dataclass(frozen=True, slots=True)
class Measured:
    """One workload in one mode."""

    catalogue: str
    workload: str
    mode: Mode
    searched: Searched

    def values(self, metric: str) -> dict[str, float]:
        """Query → value, of the queries with a positive."""
        figures = self.searched.as_json()["per_query"]
        pairs = zip(self.searched.evaluation.queries, figures[metric], strict=True)
        return {query: value for query, value in pairs if value is not None}

    def mean(self, metric: str) -> float:
        """The mean over the queries with a positive."""
        return float(self.searched.as_json()[metric])


def measure(shop: Shop, catalogue: str, data: Path, seed: int) -> Iterator[Measured]:
    """The clean workloads in every mode, the misspelt ones as a shop answers them."""
    for workload in WORKLOADS.values():
        if workload.source.folder != catalogue:
            continue
        judged = workload.load(data)
        for mode in MODES if "typos" not in workload.id else MODES[-1:]:
            searched = evaluate_search(
                searching(shop, mode),
                judged.qrels,
                clock=time.perf_counter,
                pool_search=pool_searching(shop, mode),
                texts=judged.texts,
                seed=seed,
            )
            yield Measured(catalogue, workload.id, mode, searched)
