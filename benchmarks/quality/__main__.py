"""Search quality on judged queries: python -m benchmarks.quality [--tune] [--only icecat|titles_zh].

Makes a shop of each catalogue (kept, with its vectors, in --out), asks every workload in every mode, and writes
quality.json, quality.md and each run in TREC form. With --tune the weights are chosen by cross-validation over the
queries of both catalogues together, and the out-of-fold figures written beside the shipped ones.
"""

from __future__ import annotations

import argparse
import os
from datetime import date
from pathlib import Path

import orjson

from benchmarks.quality import tuned
from benchmarks.quality.measure import Measured, measure
from benchmarks.quality.report import markdown
from benchmarks.quality.shops import CATALOGUES, opened
from benchmarks.speed.machine import describe
from shelfwise.evaluation import write_trec_run
from shelfwise.shop import Shop

ROOT = Path(__file__).resolve().parents[2]


def main(arguments: list[str] | None = None) -> int:
    """Measure what was asked for."""
    options = parser().parse_args(arguments)
    names = [options.only] if options.only else list(CATALOGUES)
    out: Path = options.out
    out.mkdir(parents=True, exist_ok=True)
    shops = {name: opened(out / name, options.data, name) for name in names}
    try:
        return run(shops, options)
    finally:
        for shop in shops.values():
            shop.close()


def run(shops: dict[str, Shop], options: argparse.Namespace) -> int:
    """Measure, and write what came of it."""
    measured = [each for name, shop in shops.items() for each in measure(shop, name, options.data, options.seed)]
    figures: dict[str, object] = {
        "date": options.date,
        "machine": describe(),
        "seed": options.seed,
        "encoder": {name: shop.status()["encoder"] for name, shop in shops.items()},
        "workloads": {each.workload: {} for each in measured},
    }
    for each in measured:
        figures["workloads"][each.workload][each.mode] = each.searched.as_json()  # type: ignore[index]
        write_trec_run(each.searched.run, options.out / f"{each.workload}.{each.mode}.run", name=each.mode)
    if options.tune:
        figures["tuning"] = tuned.tuned(shops, options.data, options.seed)
    (options.out / "quality.json").write_bytes(orjson.dumps(figures, option=orjson.OPT_SERIALIZE_NUMPY))
    page = markdown(measured, figures, worst(shops, measured))
    (options.out / "quality.md").write_text(page, "utf-8")
    print(page)
    return 0


def worst(
    shops: dict[str, Shop], measured: list[Measured], count: int = 10
) -> dict[str, list[tuple[str, float, list[str]]]]:
    """For each hybrid run: the queries answered worst, their nDCG@10, and titles of what stands first."""
    found = {}
    for each in (each for each in measured if each.mode == "hybrid"):
        queries = sorted(each.values("ndcg@10").items(), key=lambda item: (item[1], item[0]))[:count]
        store = shops[each.catalogue].catalog.store
        found[each.workload] = [
            (query, value, [product.title for product in store.get(list(each.searched.run[query])[:3])])
            for query, value in queries
        ]
    return found


def parser() -> argparse.ArgumentParser:
    """The options."""
    found = argparse.ArgumentParser("python -m benchmarks.quality", description=(__doc__ or "").partition(":")[0])
    found.add_argument("--data", type=Path, default=Path(os.environ.get("SHELFWISE_DATA", ROOT.parent / "shared/data")))
    found.add_argument("--only", choices=list(CATALOGUES), help="one catalogue")
    found.add_argument("--tune", action="store_true", help="cross-validate the weights")
    found.add_argument("--seed", type=int, default=0, help="of folds, intervals and tests")
    found.add_argument("--date", default=date.today().isoformat(), help="as written into the report")
    found.add_argument("--out", type=Path, default=ROOT / "bench-out" / "quality")
    return found


if __name__ == "__main__":
    raise SystemExit(main())
