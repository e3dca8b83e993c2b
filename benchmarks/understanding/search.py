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
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from benchmarks.quality.shops import CATALOGUES, opened
from benchmarks.quality.workloads import WORKLOADS
from shelfwise.ablation import ALL, STEPS, ablate

ROOT = Path(__file__).resolve().parents[2]
ASKED = {"icecat": (("icecat", "en"), ("icecat-zh", "zh")), "titles_zh": (("titles-zh", "zh"),)}


@dataclass(frozen=True)
class Set:
    """Queries with judgments, and what to ask for each."""

    name: str
    qrels: dict[str, dict[str, int]]
    texts: dict[str, list[str]]  # several texts a query: their mean counts


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


def main(arguments: list[str] | None = None) -> int:
    """Measure, print a table, and write it as JSON."""
    options = parser().parse_args(arguments)
    found: dict[str, Any] = {}
    for catalogue in [options.only] if options.only else list(CATALOGUES):
        with opened(options.out / catalogue, options.data, catalogue, index=not options.keep) as shop:
            for one in sets(catalogue, options.data):
                steps = () if "wrapped" in one.name or options.brief else STEPS
                found[one.name] = ablate(
                    shop.searcher(), shop.settings, one.qrels, one.texts, seed=options.seed, steps=steps
                )
                print("\n".join(table(one.name, found[one.name])), flush=True)
    options.json.write_bytes(orjson.dumps(found))
    return 0


def table(name: str, rows: Mapping[str, Mapping[str, float]]) -> Iterator[str]:
    """Lines of Markdown."""
    yield f"\n| {name} | nDCG@10 | what all steps gain | p | largest loss of a query |\n|---|---|---|---|---|"
    for setting, row in rows.items():
        gain = f"{row['gain']:+.3f} | {row['p_value']:.3f} | {row['largest_loss']:.2f}"
        yield f"| {setting} | {row['ndcg@10']:.3f} | {gain if setting != ALL else '| |'} |"


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
