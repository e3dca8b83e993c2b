"""From histories to a folder that `recommend fit` takes in, with progress, figures and a way to stop."""

from __future__ import annotations

import dataclasses
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy import sparse

from shelfwise.errors import TrainingError
from shelfwise.recommend.interactions import Interactions
from shelfwise.training.export.base import writing
from shelfwise.training.running.precision import choose
from shelfwise.training.sequences.config import SequenceConfig
from shelfwise.training.sequences.fit import Run
from shelfwise.training.sequences.learner import SequenceLearner
from shelfwise.training.sequences.ranking import Hits
from shelfwise.training.trackers.base import Run as About
from shelfwise.training.trackers.base import Tracker
from shelfwise.training.trackers.machine import git_version, machine

Step = Callable[[int, int | None], None]


@dataclass(frozen=True, slots=True)
class MadeSequence:
    """A trained model: its folder, best epoch, what it reached on held-out items, sizes, and whether it was stopped."""

    folder: Path
    epochs: int
    ndcg: float
    hr: float
    shoppers: int
    products: int
    seconds: float
    stopped: bool


def make_sequence(
    touches: Interactions,
    labels: sparse.csr_matrix | None,
    config: SequenceConfig,
    run: Run,
    into: Path,
    *,
    tracker: Tracker,
    progress: Step = lambda done, total: None,
) -> MadeSequence:
    """Train on histories and write the generator's files. labels: Float32[m, labels], sparse, of the products.

    Ctrl-C ends the training after the epoch that is running and keeps what is best so far; a second one ends it at
    once, and the folder stays as it was. Raises TrainingError where there is nothing to learn from.
    """
    touches, codes = touched_only(touches)
    lists = None if labels is None else label_lists(labels[codes])
    began = run.clock()
    with _interruptible() as asked:
        learner = SequenceLearner(_told(run, config, tracker, progress, asked), config, lists)
        tracker.start(_about(touches, config, run))
        learner.learn(touches)
    if learner.fitted is None:
        raise TrainingError("no model was trained.")
    with writing(into) as folder:
        learner.generator().save(folder)
    best = learner.fitted.curve[learner.fitted.epochs - 1]
    tracker.finish({"validation/ndcg@10": best.ndcg, "validation/hr@10": best.hr})
    sizes = int((touches.lengths > 0).sum()), len(touches.products)
    return MadeSequence(
        into, learner.fitted.epochs, best.ndcg, best.hr, *sizes, run.clock() - began, learner.unfinished
    )


def touched_only(touches: Interactions) -> tuple[Interactions, np.ndarray]:
    """The same histories over the products that anybody touched, and their codes before (Int64[m]).

    Of the others a training says nothing but that nobody took them; serving has better to say of these.
    """
    codes = np.flatnonzero(touches.support)
    new = np.full(len(touches.products), -1, np.int32)
    new[codes] = np.arange(len(codes), dtype=np.int32)
    names = tuple(touches.products[code] for code in codes.tolist())
    return dataclasses.replace(touches, products=names, product=new[touches.product]), codes


def label_lists(labels: sparse.csr_matrix) -> list[list[int]]:
    """The labels of each row, as numbers from 0 without gaps."""
    places = np.unique(labels.indices, return_inverse=True)[1]
    return [part.tolist() for part in np.split(places, labels.indptr[1:-1])]


def chosen(run: Run, precision: str = "auto") -> Run:
    """A run in the numbers that suit its device."""
    return dataclasses.replace(run, precision=choose(precision, run.device).kind)


def _told(run: Run, config: SequenceConfig, tracker: Tracker, progress: Step, asked: Callable[[], bool]) -> Run:
    done = 0

    def report(epoch: int, hits: Hits | None) -> None:
        nonlocal done
        done += 1
        progress(done, 2 * config.epochs)
        if hits is not None:
            tracker.log(epoch, {"validation/ndcg@10": hits.ndcg, "validation/hr@10": hits.hr})

    return dataclasses.replace(run, report=report, stop=lambda: asked() or run.stop())


@contextmanager
def _interruptible() -> Iterator[Callable[[], bool]]:
    """While open, the first Ctrl-C is only remembered; outside the main thread Python takes no signals."""
    heard = False

    def hear(number: int, frame: object) -> None:
        nonlocal heard
        heard = True
        signal.signal(signal.SIGINT, before)

    try:
        before = signal.signal(signal.SIGINT, hear)
    except ValueError:
        yield lambda: False
        return
    try:
        yield lambda: heard
    finally:
        signal.signal(signal.SIGINT, before)


def _about(touches: Interactions, config: SequenceConfig, run: Run) -> About:
    sizes = {"shoppers": len(touches), "products": len(touches.products), "touches": len(touches.product)}
    return About("sequence", dataclasses.asdict(config), sizes, run.seed, git_version(), machine())
