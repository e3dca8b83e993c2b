"""The cost of the sequence model: python -m benchmarks.recommend.sequence [--data FILE]

Answers: milliseconds of a request (encoder by ONNX Runtime, scores of all products, the best 100) at several sizes of
shop, one thread, weights drawn at random (they do not change the time). Training, with --data: seconds of an epoch by
the wall's and by the processor's clock, measured on some steps; the second counts what else the machine does less.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import torch

from shelfwise.behaviour.base import Profile, Touch
from shelfwise.recommend.base import RecommendRequest
from shelfwise.recommend.offline import leave_one_out, read_sequences
from shelfwise.training.running.precision import choose
from shelfwise.training.sequences.batches import batches
from shelfwise.training.sequences.config import SequenceConfig
from shelfwise.training.sequences.export import export
from shelfwise.training.sequences.learner import histories_of
from shelfwise.training.sequences.model import SequenceModel
from shelfwise.training.sequences.trainer import Trainer

AT = datetime(2026, 11, 1, tzinfo=UTC)


def answers(products: int, touches: int, config: SequenceConfig, rounds: int = 200) -> dict[str, Any]:
    """Milliseconds of a request, medians by the wall's and by the processor's clock."""
    torch.manual_seed(0)
    generator = export(SequenceModel(products, config), [str(n) for n in range(products)])
    random = np.random.default_rng(0)
    took = []
    for _ in range(rounds):
        asked = request(random.integers(0, products, touches))
        wall, own = time.perf_counter(), time.process_time()
        generator.generate(asked, 100)
        took.append((1000 * (time.perf_counter() - wall), 1000 * (time.process_time() - own)))
    wall, own = np.median(took, axis=0).tolist()
    return {"products": products, "touches": touches, "width": config.width, "wall_ms": wall, "processor_ms": own}


def request(touched: np.ndarray) -> RecommendRequest:
    """A request of somebody who touched those products."""
    recent = tuple(Touch(str(n), "click", AT) for n in touched)
    return RecommendRequest(Profile("ann", AT, recent=recent), AT)


def epoch(data: Path, config: SequenceConfig, precision: str, steps: int = 30) -> dict[str, Any]:
    """Seconds of an epoch on everything but the last product, by both clocks."""
    histories = histories_of(leave_one_out(read_sequences(data), "test").train)
    trainer = Trainer(SequenceModel(histories.count, config), histories, choose(precision, "cpu").kind)
    whole = trainer.steps_an_epoch
    some = batches(histories, np.random.default_rng(0), size=config.batch, length=config.length)
    trainer.step(next(some))  # what is made once
    wall, own = time.perf_counter(), time.process_time()
    done = sum(1 for batch in islice(some, steps) if trainer.step(batch) is not None)
    wall, own = (time.perf_counter() - wall) / done, (time.process_time() - own) / done
    return {
        "width": config.width,
        "precision": trainer.precision,
        "threads": torch.get_num_threads(),
        "steps": whole,
        "wall_s": wall * whole,
        "processor_s": own * whole,
    }


def main() -> None:
    """Print the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--precision", default="auto")
    given = parser.parse_args()
    figures: dict[str, Any] = {
        "answers": [
            answers(products, touches, SequenceConfig(width=width))
            for products in (12_000, 100_000)
            for width in (128, 256)
            for touches in (10, 50)
        ]
    }
    if given.data:
        figures["training"] = [epoch(given.data, SequenceConfig(width=width), given.precision) for width in (128, 256)]
    print(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
