"""implicit's ALS on a matrix: python adapter.py MATRIX.npz FACTORS.npz SIZE RIDGE ROUNDS SEED

Prints JSON: the version, and the processor's seconds of each round but the first.
"""

from __future__ import annotations

import itertools
import json
import os
import sys
import time

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import implicit
import numpy as np
from implicit.cpu.als import AlternatingLeastSquares
from scipy import sparse


def main(matrix: str, into: str, shape: list[str]) -> None:
    """Fit on one thread and keep the products' factors."""
    size, ridge, rounds, seed = shape
    marks: list[float] = []
    model = AlternatingLeastSquares(
        factors=int(size),
        regularization=float(ridge),
        alpha=1.0,
        iterations=int(rounds),
        num_threads=1,
        random_state=int(seed),
    )
    weights = sparse.load_npz(matrix)
    model.fit(weights, show_progress=False, callback=lambda *_: marks.append(time.process_time()))
    np.savez(into, factors=model.item_factors)
    seconds = [after - before for before, after in itertools.pairwise(marks)]
    print(json.dumps({"version": implicit.__version__, "seconds": seconds}))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
