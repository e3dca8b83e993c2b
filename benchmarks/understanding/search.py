"""What understanding does to search: python -m benchmarks.understanding.search [--only icecat|titles_zh].

Every judged query is asked with all steps, without any, and without each one alone; then wrapped in polite sentences
(data/polite.toml), with and without. Differences are nDCG@10 of the full search, with a paired permutation test over
the queries. The shops are those of benchmarks.quality, kept in --out.
"""

from __future__ import annotations

import argparse
import csv
import os
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from benchmarks.quality.shops import CATALOGUES, opened
from benchmarks.quality.workloads import WORKLOADS
from shelfwise.evaluation import permutation_test
from shelfwise.evaluation.metrics import metric
from shelfwise.evaluation.runs import scores_of
from shelfwise.searcher import Searcher
from shelfwise.settings import SearchSettings, UnderstandingSettings
from shelfwise.types import Float64, Page, Query

ROOT = Path(__file__).resolve().parents[2]
STEPS = ("spelling", "constraints", "carriers", "kind", "category")
SETTINGS: Mapping[str, tuple[str, ...]] = {
    "all steps": (),
    "no step": STEPS,
    **{f"without {step}": (step,) for step in STEPS},
}
ASKED = {"icecat": (("icecat", "en"), ("icecat-zh", "zh")), "titles_zh": (("titles-zh", "zh"),)}


@dataclass(frozen=True)
class Set:
    """Queries with judgments, and what to ask for each."""

    name: str
    qrels: dict[str, dict[str, int]]
    texts: dict[str, list[str]]  # several texts a query: their mean counts

    def values(self, searcher: Searcher) -> Float64:
        """nDCG@10 of each query with a positive, the mean over its texts."""
        columns = [
            metric("ndcg@10").per_query(self.qrels, {q: _found(searcher, texts[at]) for q, texts in self.texts.items()})
            for at in range(len(next(iter(self.texts.values()))))
        ]
        return np.mean(columns, axis=0)


def sets(catalogue: str, data: Path) -> Iterator[Set]:
    """The bare queries, and the same in polite sentences; of Chinese titles also those in shoppers' own words."""
    polite = tomllib.loads((Path(__file__).parent / "data" / "polite.toml").read_text("utf-8"))
    for workload, language in ASKED[catalogue]:
        judged = WORKLOADS[workload].load(data)
        yield Set(workload, judged.qrels, {query: [judged.texts[query]] for query in judged.qrels})
        wrapped = {q: [s.format(query=judged.texts[q]) for s in polite[language]] for q in judged.qrels}
        yield Set(f"{workload}, wrapped", judged.qrels, wrapped)
    if catalogue == "titles_zh":
        with (data / "titles_zh" / "judgments.csv").open(encoding="utf-8") as lines:
            written = {row["query"] for row in csv.DictReader(lines) if row["source"] == "written"}
        qrels = {query: grades for query, grades in judged.qrels.items() if query in written}
        yield Set("titles-zh, written", qrels, {query: [query] for query in qrels})


def _found(searcher: Searcher, text: str) -> dict[str, float]:
    query = Query(text, page=Page(0, 10), facets=(), explain=False)
    return scores_of([product.id for product in searcher.search(query, "benchmark").products])


def measure(searcher: Searcher, one: Set, names: Sequence[str], seed: int) -> dict[str, Any]:
    """Setting → mean, and its difference to all steps with its significance."""
    values = {name: one.values(searcher.tuned(SearchSettings(), _settings(SETTINGS[name]))) for name in names}
    full = values["all steps"]
    return {
        name: {
            "ndcg@10": float(np.nanmean(found)),
            "queries": int((~np.isnan(found)).sum()),
            "lost": float(np.nanmean(full) - np.nanmean(found)),
            "p_value": 1.0 if found is full else permutation_test(full, found, seed=seed),
            "largest_loss": float(np.nanmax(found - full)),
            "per_query": dict(zip(sorted(one.qrels), found.tolist(), strict=True)),
        }
        for name, found in values.items()
    }


def _settings(without: Sequence[str]) -> UnderstandingSettings:
    return UnderstandingSettings.model_validate({"without": list(without)})


def main(arguments: list[str] | None = None) -> int:
    """Measure, print a table, and write it as JSON."""
    options = parser().parse_args(arguments)
    found: dict[str, Any] = {}
    for catalogue in [options.only] if options.only else list(CATALOGUES):
        with opened(options.out / catalogue, options.data, catalogue, index=not options.keep) as shop:
            for one in sets(catalogue, options.data):
                names = list(SETTINGS)[: 2 if "wrapped" in one.name or options.brief else None]
                found[one.name] = measure(shop.searcher(), one, names, options.seed)
                print("\n".join(table(one.name, found[one.name])), flush=True)
    options.json.write_bytes(orjson.dumps(found))
    return 0


def table(name: str, rows: Mapping[str, Mapping[str, float]]) -> Iterator[str]:
    """Lines of Markdown."""
    yield f"\n| {name} | nDCG@10 | what all steps gain | p | largest loss of a query |\n|---|---|---|---|---|"
    for setting, row in rows.items():
        gain = f"{row['lost']:+.3f} | {row['p_value']:.3f} | {row['largest_loss']:.2f}"
        yield f"| {setting} | {row['ndcg@10']:.3f} | {gain if setting != 'all steps' else '| |'} |"


def parser() -> argparse.ArgumentParser:
    """The options."""
    found = argparse.ArgumentParser("python -m benchmarks.understanding.search", description=__doc__)
    found.add_argument("--data", type=Path, default=Path(os.environ.get("SHELFWISE_DATA", ROOT.parent / "shared/data")))
    found.add_argument("--only", choices=list(CATALOGUES), help="one catalogue")
    found.add_argument("--brief", action="store_true", help="only with all steps and without any")
    found.add_argument("--keep", action="store_true", help="do not index again")
    found.add_argument("--seed", type=int, default=0, help="of the tests")
    found.add_argument("--out", type=Path, default=ROOT / "bench-out" / "quality")
    found.add_argument("--json", type=Path, default=ROOT / "bench-out" / "understanding-search.json")
    return found


if __name__ == "__main__":
    raise SystemExit(main())
