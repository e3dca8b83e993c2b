"""The figures as a page of Markdown."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from benchmarks.quality.measure import Measured
from benchmarks.quality.workloads import GOALS

METRICS = ("ndcg@10", "pool_ndcg@10", "condensed_ndcg@10", "judged@10", "mrr@10", "success@10")


def markdown(
    measured: Sequence[Measured],
    figures: Mapping[str, Any],
    worst: Mapping[str, Sequence[tuple[str, float, list[str]]]],
) -> str:
    """Tables of means, goals, tuning and the worst queries."""
    return "\n".join(
        [*_means(measured), *_goals(measured), *_tuning(figures.get("tuning")), *_worst(worst), _colophon(figures), ""]
    )


def _means(measured: Sequence[Measured]) -> Iterator[str]:
    yield f"| workload | mode | {' | '.join(METRICS)} | 95% interval of ndcg@10 |"
    yield f"|---|---|{'---|' * (len(METRICS) + 1)}"
    for each in measured:
        interval = each.searched.as_json()["intervals"]["ndcg@10"]
        values = " | ".join(f"{each.mean(name):.4f}" for name in METRICS)
        yield f"| {each.workload} | {each.mode} | {values} | {interval['low']:.3f} to {interval['high']:.3f} |"
    yield ""


def _goals(measured: Sequence[Measured]) -> Iterator[str]:
    means = {each.workload: {m: each.mean(m) for m in METRICS} for each in measured if each.mode == "hybrid"}
    yield "| goal | of | at least | found |"
    yield "|---|---|---|---|"
    for goal in GOALS:
        value = goal.value(means)
        if not math.isnan(value):  # workloads that were left out have no figure
            mark = "reached" if goal.reached(means) else "missed"
            yield f"| {goal.metric} | {', '.join(goal.workloads)} | {_least(goal)} | {value:.4f}, {mark} |"
    yield ""


def _least(goal: Any) -> str:
    return f"{goal.least:.0%} of {goal.of}" if goal.of else f"{goal.least:g}"


def _tuning(tuning: Mapping[str, Any] | None) -> Iterator[str]:
    if tuning:
        yield "| nDCG@10 | nothing chosen | shipped | out of fold | in sample |"
        yield "|---|---|---|---|---|"
        for name, row in tuning["figures"].items():
            columns = (row[kind] for kind in ("neutral", "shipped", "out_of_fold", "in_sample"))
            yield f"| {name} | {' | '.join(f'{value:.4f}' for value in columns)} |"
        yield ""
        yield f"Chosen: {tuning['chosen']}; {tuning['tried']} settings tried; by fold: {tuning['by_fold']}."
        yield ""


def _worst(worst: Mapping[str, Sequence[tuple[str, float, list[str]]]]) -> Iterator[str]:
    for workload, rows in worst.items():
        if "typos" not in workload:
            yield f"The worst queries of {workload}:"
            yield ""
            for query, value, titles in rows:
                yield f"- {query} ({value:.2f}): {'; '.join(title[:70] for title in titles)}"
            yield ""


def _colophon(figures: Mapping[str, Any]) -> str:
    encoders = ", ".join(sorted(set(map(str, figures["encoder"].values()))))
    return f"Measured {figures['date']}, seed {figures['seed']}, encoder {encoders}, on: {figures['machine']}."
