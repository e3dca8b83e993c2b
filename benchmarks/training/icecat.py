"""Does fine-tuning on a shop's judgments help queries it has not seen? python -m benchmarks.training.icecat

Cross-validation over queries of the Icecat judgments: for each fold an encoder is trained on the other folds' queries
(in English and, with the same judgments, in Chinese), exported to int8 and asked the fold's queries over the whole
catalogue and over the judged pool. The base is asked the same. --cross-encoder also trains one, begun as the fold's own
encoder, and has it order the judged pool.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.speed.machine import describe
from shelfwise.evaluation import evaluate, read_qrels, read_translations
from shelfwise.evaluation.significance import paired_bootstrap, permutation_test
from shelfwise.language.cross_encoders.registry import open_cross_encoder
from shelfwise.language.encoders.registry import open_encoder
from shelfwise.language.models.names import store_of
from shelfwise.training.data.examples import Example
from shelfwise.training.data.feeds import read_catalog
from shelfwise.training.data.folds import Fold, folds
from shelfwise.training.data.sources.judgments import read_judged
from shelfwise.training.making import Making
from shelfwise.training.recipes.base import read_recipe
from shelfwise.training.recipes.cross_encoder import CrossEncoderRecipe
from shelfwise.training.recipes.encoder import EncoderRecipe
from shelfwise.training.searching import EncoderSearch, Reranked
from shelfwise.types import Product

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Asked:
    """Queries in Chinese, and judgments of all."""

    chinese: dict[str, str]
    qrels: dict[str, dict[str, int]]


BEFORE = {"base": (), "tuned": ("base",), "cross-encoder": ("base", "tuned")}
Runs = dict[str, dict[str, list[str]]]  # name of a run → query → ids


def main() -> None:
    args = _arguments()
    data = Path(os.environ.get("SHELFWISE_DATA", ROOT.parent / "shared" / "data")) / "icecat"
    products = read_catalog(data / "products.jsonl.gz")
    chinese = read_translations(data / "queries_zh.csv")
    examples = read_judged(data / "judgments.csv", products)
    qrels = read_qrels(data / "judgments.csv")
    began = time.perf_counter()
    runs: Runs = {}
    base = EncoderSearch(open_encoder(args.base), _some(products, qrels, args.products, args.seed))
    _ask(runs, "base", base, list(qrels), Asked(chinese, qrels))
    for number, fold in enumerate(folds(examples, args.folds, args.seed, by="query")):
        _fold(runs, fold, base, Asked(chinese, qrels), args)
        print(f"fold {number + 1} of {args.folds}: {time.perf_counter() - began:.0f} s", flush=True)
    figures = _figures(runs, qrels, args.seed)
    print(json.dumps({"machine": describe(), "arguments": vars(args), **figures}, indent=2, default=str))
    if args.out:
        Path(args.out).write_text(json.dumps(figures, indent=2), "utf-8")


def _some(products: dict[str, Product], qrels: dict[str, dict[str, int]], count: int, seed: int) -> list[Product]:
    """All products, or the judged ones and a draw of the others: vectors of 19,406 products take minutes a fold."""
    judged = {id for grades in qrels.values() for id in grades}
    others = [id for id in products if id not in judged]
    kept = judged | set(random.Random(seed).sample(others, min(count, len(others)))) if count else set(products)
    return [product for id, product in products.items() if id in kept]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folds", type=int, default=4)
    parser.add_argument("--products", type=int, default=0, help="search among so many beside the judged ones; 0: all")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--base", default="default")
    parser.add_argument("--epochs", type=float, default=2.0)
    parser.add_argument("--method", default="full")
    parser.add_argument("--rate", type=float, default=None)
    parser.add_argument("--others", default="both")
    parser.add_argument("--cross-encoder", action="store_true")
    parser.add_argument("--out")
    return parser.parse_args()


def _fold(
    runs: Runs,
    fold: Fold,
    base: EncoderSearch,
    what: Asked,
    args: argparse.Namespace,
) -> None:
    asked = [example.query for example in fold.test]
    train = [*fold.train, *_translated(fold.train, what.chinese)]
    flags: dict[str, Any] = {"epochs": args.epochs, "method": args.method, "rate": args.rate, "seed": args.seed}
    flags |= {"max_tokens": 64, "base": args.base, "batch": 16}
    with tempfile.TemporaryDirectory() as folder:
        shop = Path(folder)
        making = Making(shop, store_of(shop), lambda: datetime.now(UTC))
        recipe = read_recipe(EncoderRecipe, flags={**flags, "others": args.others})
        making.encoder(recipe, "tuned", train, [])
        tuned = EncoderSearch(open_encoder("tuned", shop), base.products)
        _ask(runs, "tuned", tuned, asked, what)
        if args.cross_encoder:
            begun = {"base": "tuned", "hard": 0, "max_tokens": 128, "epochs": args.epochs / 2}
            pair = read_recipe(CrossEncoderRecipe, flags=flags | begun)
            making.cross_encoder(pair, "pairs", train, [])
            search = Reranked(open_cross_encoder("pairs", shop), base)
            _ask(runs, "cross-encoder", search, asked, what)


def _translated(examples: Sequence[Example], chinese: dict[str, str]) -> list[Example]:
    return [replace(each, query=chinese[each.query]) for each in examples if each.query in chinese]


def _ask(
    runs: Runs,
    name: str,
    search: EncoderSearch | Reranked,
    queries: Sequence[str],
    what: Asked,
) -> None:
    for query in queries:
        for language, text in (("en", query), ("zh", what.chinese.get(query, ""))):
            if text:
                runs.setdefault(f"{name} {language} full", {})[query] = search.search(text, 100)
                runs.setdefault(f"{name} {language} pool", {})[query] = search.among(text, list(what.qrels[query]))


def _figures(runs: Runs, qrels: dict[str, dict[str, int]], seed: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    columns = {}
    for name, run in sorted(runs.items()):
        scored = {query: {id: float(-place) for place, id in enumerate(ids)} for query, ids in run.items()}
        evaluation = evaluate({query: qrels[query] for query in run}, scored, seed=seed)
        columns[name] = evaluation.values["ndcg@10"]
        found[name] = {"ndcg@10": evaluation.means["ndcg@10"], "queries": int(evaluation.positive.sum())}
    for name, column in columns.items():
        model, _, where = name.partition(" ")
        for against in BEFORE[model]:
            other = columns[f"{against} {where}"]
            gain = paired_bootstrap(other, column, seed=seed)
            p = permutation_test(other, column, seed=seed)
            found[name][f"against {against}"] = {"low": gain.low, "high": gain.high, "p": p}
    return found


if __name__ == "__main__":
    main()
