"""Two towers, semantic ids and transitions carried over by texts, side by side: what the text of a product is worth.

    python -m benchmarks.recommend.two_tower --data FOLDER --held valid --seed 1

FOLDER holds the files of benchmarks/recommend/office.py. "cold": products held out of all histories, asked for by those
who took one next, a fifth of them at a time. "warm": the last touch of each shopper, out of all products, and what each
model adds to the light blend with texts. With --held valid, all is asked of what may be chosen by: another part of the
products, and the touch before the last. Settings were chosen on histories, with seed 1; --held test is for reporting.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Final, Self

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from benchmarks.recommend.office import Office
from benchmarks.recommend.semantic_ids import SemanticIds
from shelfwise.evaluation.recommend import Measured, Truth, compare_measured, measure_accuracy
from shelfwise.recommend.generators.text_transitions import TextTransitions
from shelfwise.recommend.interactions import Interactions
from shelfwise.recommend.measuring import Given, best
from shelfwise.recommend.offline import Model, Task
from shelfwise.recommend.offline.lists import top_of, without_seen
from shelfwise.types import Bool, Float32, Int32, Int64

K: Final = 10
DECAY: Final = 0.8


def tastes(vectors: Float32, histories: Interactions) -> Float32:
    """Unit rows: the decayed sum of what each shopper touched, Float32[u, d]."""
    sums = histories.matrix(DECAY) @ vectors
    return np.asarray(sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-9), np.float32)


class Cosine:
    """Nothing is learnt: exp(sharp · (cos(taste, product) − 1))."""

    name = "text"
    sharp = 20.0

    def __init__(self, vectors: Float32) -> None:
        self.vectors = vectors

    def learn(self, train: Interactions) -> Self:
        return self

    def scores(self, histories: Interactions) -> Float32:
        found: Float32 = np.exp(self.sharp * (tastes(self.vectors, histories) @ self.vectors.T - 1))
        return found


class TwoTower:
    """A tower for the taste, one for the product: cos(f(taste), f(product)), f(x) = x + W x, W = 0 at the beginning.

    Learnt by the softmax over all products that were touched: the catalogue is small, so that no negatives are drawn
    and nothing has to be corrected for how often they are. Two maps, a hidden layer, dropout and log n_j beside the
    logits (what an uncorrected softmax over the batch comes to) brought nothing sure on histories.
    """

    name = "two_tower"
    epochs, rate, weight_decay, batch = 4, 1e-3, 0.01, 512

    def __init__(self, vectors: Float32, seed: int) -> None:
        self.vectors, self.seed = vectors, seed

    def learn(self, train: Interactions) -> Self:
        torch.manual_seed(self.seed)
        self.map = nn.Linear(self.vectors.shape[1], self.vectors.shape[1], bias=False)
        nn.init.zeros_(self.map.weight)
        self.scale = nn.Parameter(torch.tensor(math.log(10.0)))
        histories, targets = beginnings(train)
        warm = np.flatnonzero(train.support)
        asked, items = torch.from_numpy(tastes(self.vectors, histories)), torch.from_numpy(self.vectors[warm])
        right = torch.from_numpy(np.searchsorted(warm, targets))
        seen = histories.matrix()[:, warm].tocsr()
        scale = {"params": [self.scale], "lr": 5 * self.rate, "weight_decay": 0.0}
        groups = [{"params": self.map.parameters()}, scale]
        optimizer = torch.optim.AdamW(groups, lr=self.rate, weight_decay=self.weight_decay)
        for _ in range(self.epochs):
            for rows in torch.randperm(len(right)).split(self.batch):
                logits = self.scale.exp() * self.tower(asked[rows]) @ self.tower(items).T
                known = seen[rows.numpy()].tocoo()
                logits[known.row, known.col] = -torch.inf
                loss = functional.cross_entropy(logits, right[rows])
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
        return self

    def tower(self, x: torch.Tensor) -> torch.Tensor:
        return functional.normalize(x + self.map(x), dim=-1)

    @torch.no_grad()
    def scores(self, histories: Interactions) -> Float32:
        taste = self.tower(torch.from_numpy(tastes(self.vectors, histories)))
        cosines = taste @ self.tower(torch.from_numpy(self.vectors)).T
        found: Float32 = torch.exp(self.scale.exp() * (cosines - 1)).numpy()
        return found


def beginnings(train: Interactions) -> tuple[Interactions, Int64]:
    """Every beginning of every history, and what came next."""
    lists = np.split(train.product, train.starts[1:-1])
    parts = [(own[:end].tolist(), int(own[end])) for own in lists for end in range(1, len(own))]
    return Interactions.of_codes([begun for begun, _ in parts], train.products), np.array([next for _, next in parts])


def shares(scores: Float32) -> Float32:
    """Each shopper's scores over the best of them."""
    found: Float32 = scores / np.maximum(scores.max(axis=1, keepdims=True), 1e-12)
    return found


def cold(models: Sequence[Model], tasks: Iterable[tuple[Task, Bool]]) -> tuple[dict[str, Measured], int]:
    """Each model, and its shares (half of them) beside those of the first; lists of what was held out, of all folds."""
    tops: dict[str, list[Int32]] = {}
    targets: list[Int32] = []
    for task, among in tasks:
        scores = [shares(model.learn(task.train).scores(task.histories)) for model in models]
        made = {model.name: own for model, own in zip(models, scores, strict=True)}
        for model, own in zip(models[1:], scores[1:], strict=True):
            made[f"{models[0].name} and {model.name}"] = scores[0] + own / 2
        for name, own in made.items():
            tops.setdefault(name, []).append(top_of(np.where(among, own, -np.inf).astype(np.float32), K))
        targets.append(task.truth.items)
    truth = Truth.of_one(np.concatenate(targets))
    return {name: measure_accuracy(np.concatenate(top), truth, ks=(K,)) for name, top in tops.items()}, len(truth)


def warm(model: Model, task: Task) -> Measured:
    scores = without_seen(model.learn(task.train).scores(task.histories), task.histories)
    return measure_accuracy(top_of(scores, K), task.truth, ks=(K,))


def show(name: str, found: Measured, against: Measured | None = None) -> None:
    line = f"{name:30}"
    for metric in (f"hr@{K}", f"ndcg@{K}"):
        interval = found.intervals[metric]
        line += f"  {metric} {found.means[metric]:.4f} ({interval.low:.4f} to {interval.high:.4f})"
        if against is not None:
            gain = compare_measured(against, found)[metric]
            line += f" {gain.second - gain.first:+.4f}, p {gain.p_value:.3f}"
    print(line, flush=True)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--name", default="Office_Products")
    parser.add_argument("--model", default="default")
    parser.add_argument("--held", choices=("valid", "test"), default="valid")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    torch.set_num_threads(1)
    office = Office.of(given.data, given.name, given.model)
    v, seed, labels = office.vectors, given.seed, Given(given.seed, office.brands)
    models: list[Model] = [Cosine(v), TwoTower(v, seed), SemanticIds(v, seed), TextTransitions(v)]
    found, asked = cold(models, office.cold(given.held, seed))
    print(f"cold: {asked} asked for products that were held out, out of these ({given.held}, seed {seed})")
    for name, each in found.items():
        show(name, each, found["text"])
    task = office.warm(given.held)
    print(f"warm: {len(task.histories)} asked, out of all {len(office.ids)} products")
    for model in (*best(labels).sources, *models):
        show(model.name, warm(model, task))
    more = [partial(lambda model, given: model, model) for model in models]
    show("blend", warm(best(labels), task))
    text = warm(best(labels, more[:1]), task)
    show("blend, text", text)
    for model, maker in zip(models[1:], more[1:], strict=True):
        show(f"blend, {model.name}", warm(best(labels, [maker]), task), text)
        show(f"blend, text, {model.name}", warm(best(labels, [more[0], maker]), task), text)


if __name__ == "__main__":
    main()
