"""Methods of fine-tuning side by side: python -m benchmarks.training.questions [--methods full,lora,…] [--test]

Product questions (semiPQA): models are trained on the dev file, a fifth of whose products is kept apart to choose by.
--sample trains on so many questions, which is enough to compare methods. --test reports the test file, once, for what
was chosen. For each method: weights that learned, peak memory of the process, time, figures.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from benchmarks.speed.machine import describe
from shelfwise.language.cross_encoders.registry import open_cross_encoder
from shelfwise.language.encoders.registry import open_encoder
from shelfwise.language.models.names import store_of
from shelfwise.training.data.examples import Example
from shelfwise.training.data.sources.questions import read_questions
from shelfwise.training.data.split import split
from shelfwise.training.rankings import encoder_scores, rank_examples
from shelfwise.training.searching import pair_scores

ROOT = Path(__file__).resolve().parents[2]
FILES = ("semiPQA_attribute_ranking_dev.csv", "semiPQA_attribute_ranking_testseen.csv")


def main() -> None:
    args = _arguments()
    print(json.dumps({"machine": describe(), "arguments": vars(args)}, default=str), flush=True)
    for method in args.methods.split(","):
        # A process each, so that the peak of memory is that of the method.
        with get_context("spawn").Pool(1) as pool:
            print(json.dumps(pool.apply(_measure, (method, args))), flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kind", choices=("encoder", "cross-encoder"), default="encoder")
    parser.add_argument("--methods", default="full,lora,adalora,prefix,bottleneck,frozen")
    parser.add_argument("--base", default="default")
    parser.add_argument("--epochs", type=float, default=2.0)
    parser.add_argument("--sample", type=int, default=0, help="questions to train on; 0: all")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--test", action="store_true")
    return parser.parse_args()


def _data() -> Path:
    return Path(os.environ.get("SHELFWISE_DATA", ROOT.parent / "shared" / "data")) / "product_qa"


def _measure(method: str, args: argparse.Namespace) -> dict[str, Any]:
    from shelfwise.training.making import Making
    from shelfwise.training.recipes.base import read_recipe
    from shelfwise.training.recipes.cross_encoder import CrossEncoderRecipe
    from shelfwise.training.recipes.encoder import EncoderRecipe

    parts = split(read_questions(_data() / FILES[0]), seed=args.seed, valid=0.2, test=0.0)
    train = parts.train[: args.sample] if args.sample else parts.train
    flags = {"method": method, "base": args.base, "epochs": args.epochs, "batch": 16, "max_tokens": 64}
    flags |= {"seed": args.seed}
    with tempfile.TemporaryDirectory() as folder:
        shop = Path(folder)
        making = Making(shop, store_of(shop), lambda: datetime.now(UTC), precision="float32")
        if args.kind == "encoder":
            made = making.encoder(read_recipe(EncoderRecipe, flags=flags), "tuned", train, parts.valid)
        else:
            recipe = read_recipe(CrossEncoderRecipe, flags={**flags, "hard": 0})
            made = making.cross_encoder(recipe, "tuned", train, parts.valid)
        found = {
            "method": method,
            "trained": made.fitted.trainable.trained,
            "share": made.fitted.trainable.share,
            "seconds": round(made.fitted.seconds),
            "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
            "valid_before": dict(made.fitted.before),
            "valid": dict(made.fitted.after),
        }
        if args.test:
            found["test"] = _test(args.kind, shop, read_questions(_data() / FILES[1]))
    return found


def _test(kind: str, shop: Path, examples: Sequence[Example]) -> dict[str, float]:
    if kind == "encoder":
        return rank_examples(encoder_scores(open_encoder("tuned", shop)), examples).means()
    return rank_examples(pair_scores(open_cross_encoder("tuned", shop)), examples).means()


if __name__ == "__main__":
    main()
