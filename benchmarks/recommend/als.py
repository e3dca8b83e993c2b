"""ALS of Shelfwise and of implicit, round by round: python -m benchmarks.recommend.als --data FILE --python PEER

Both get the same weights, size, ridge and number of rounds, one thread each, one after the other on the same machine,
and are timed by the processor's clock, so that what else the machine does counts less. PEER is the interpreter of an
environment with benchmarks/peers/implicit/requirements.txt. Figures are medians of a round; accuracy is leave-one-out
on the second last product (nothing is chosen here), both asked by our fold-in.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
from scipy import sparse

from shelfwise.evaluation.recommend import measure_accuracy
from shelfwise.recommend.generators.als import Als, solve_rows
from shelfwise.recommend.offline import Task, leave_one_out, read_sequences, top_lists

ADAPTER = Path(__file__).parents[1] / "peers" / "implicit" / "adapter.py"


class Shape(NamedTuple):
    """What both are given."""

    size: int
    ridge: float
    rounds: int
    seed: int


def ours(matrix: sparse.csr_matrix, shape: Shape) -> tuple[Any, list[float]]:
    """Factors of the products, seconds of each round."""
    turned = matrix.T.tocsr()
    factors = (np.random.default_rng(shape.seed).standard_normal((matrix.shape[1], shape.size)) * 0.01).astype(
        np.float32
    )
    seconds = []
    for _ in range(shape.rounds):
        start = time.process_time()
        factors = solve_rows(turned, solve_rows(matrix, factors, shape.ridge), shape.ridge)
        seconds.append(time.process_time() - start)
    return factors, seconds


def peer(python: str, matrix: sparse.csr_matrix, shape: Shape) -> tuple[Any, list[float], str]:
    """The same by implicit, whose matrix holds confidences: 1 + weight."""
    with tempfile.TemporaryDirectory() as folder:
        given, kept = f"{folder}/matrix.npz", f"{folder}/factors.npz"
        confidences = matrix.copy()
        confidences.data += 1
        sparse.save_npz(given, confidences)
        words = [python, str(ADAPTER), given, kept, *map(str, shape)]
        done = json.loads(subprocess.run(words, check=True, capture_output=True, text=True).stdout)
        return np.load(kept)["factors"], done["seconds"], done["version"]


def accuracy(task: Task, factors: Any, size: int, ridge: float, weight: float) -> dict[str, float]:
    """HR@10 and NDCG@10 of factors."""
    model = Als(size=size, ridge=ridge, weight=weight)
    model.factors = factors
    found = measure_accuracy(top_lists(model, task), task.truth).means
    return {name: round(found[name], 4) for name in ("hr@10", "ndcg@10")}


def main() -> None:
    """Run both and print a line of JSON each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--python", required=True)
    parser.add_argument("--size", type=int, default=64)
    parser.add_argument("--ridge", type=float, default=1.0)
    parser.add_argument("--weight", type=float, default=40.0)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    task = leave_one_out(read_sequences(given.data), "valid")
    matrix = (task.train.matrix() * given.weight).tocsr().astype(np.float32)
    shape = Shape(given.size, given.ridge, given.rounds, given.seed)
    theirs, seconds, version = peer(given.python, matrix, shape)
    for name, factors, took in (("implicit " + version, theirs, seconds), ("shelfwise", *ours(matrix, shape))):
        figures = accuracy(task, factors, given.size, given.ridge, given.weight)
        print(json.dumps({"name": name, "seconds a round": round(float(np.median(took)), 3), **figures}))


if __name__ == "__main__":
    main()
