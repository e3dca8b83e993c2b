"""How well intents are told apart: python -m benchmarks.understanding.intents [--only NAME] [--seeds N].

For each public set and for the project's own utterances, the parts of the head by themselves and together:

    vector     logistic regression on centred vectors of the default encoder
    both       on both: the head of long training parts
    views      both, from two vectors of each text and the names of the labels: the head of few examples

With ten examples a label over --seeds draws, and with all. --head writes the head that comes with Shelfwise, trained on
all of the project's utterances. Vectors are kept in --out.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from benchmarks.speed.machine import describe
from shelfwise.language.base import Encoder, TextKind
from shelfwise.language.encoders.registry import load_encoder
from shelfwise.settings import EncoderSettings
from shelfwise.types import Float32
from shelfwise.understanding.intent.evaluate import Labelled, evaluate_intent, read_parts
from shelfwise.understanding.intent.features import TextFeatures
from shelfwise.understanding.intent.fitting import STRENGTH, text_weight
from shelfwise.understanding.intent.head import centred
from shelfwise.understanding.intent.regression import fit_softmax, matrix
from shelfwise.understanding.intent.taxonomy import OUT_OF_SCOPE
from shelfwise.understanding.intent.training import own_lessons, train
from shelfwise.understanding.intent.views import views

ROOT = Path(__file__).resolve().parents[2]
FILES = {
    "clinc150": ("clinc150/intents.jsonl", "clinc150/intents.jsonl"),
    "banking77": ("banking77/train.csv", "banking77/train.csv"),
    "support": ("support/train.csv", "support/valid.csv"),
    "own": (None, None),
}
SHOTS = 10


@dataclass(frozen=True, slots=True)
class Row:
    """Accuracy of one way on one set, over texts in scope."""

    name: str
    shots: int | None
    way: str
    seed: int
    accuracy: float


class Kept:
    """An encoder whose vectors are kept in a file."""

    def __init__(self, encoder: Encoder, file: Path) -> None:
        self._encoder, self._file = encoder, file
        self._known: dict[str, Float32] = {}
        if file.exists():
            with np.load(file) as kept:
                self._known = dict(zip(kept["texts"].tolist(), kept["vectors"], strict=True))
        self.name, self.dim = encoder.name, encoder.dim

    def encode(self, texts: Sequence[str], kind: TextKind) -> Float32:
        missing = sorted({f"{kind}:{text}" for text in texts} - set(self._known), key=len)
        for start in range(0, len(missing), 256):
            part = missing[start : start + 256]
            rows = self._encoder.encode([key.partition(":")[2] for key in part], kind)
            self._known.update(zip(part, rows, strict=True))
        if missing:
            np.savez(self._file, texts=np.array(list(self._known)), vectors=np.stack(list(self._known.values())))
        return np.stack([self._known[f"{kind}:{text}"] for text in texts])


def ways(learned: Labelled, asked: Labelled, encoder: Encoder) -> Iterator[tuple[str, float]]:
    """Each way and its accuracy."""
    groups = learned.groups or learned.texts
    plain = list(learned.texts), encoder.encode(learned.texts, "query"), list(learned.labels)
    more = views(learned.texts, learned.labels, groups, encoder)[:3]
    yield "vector", accuracy(plain, asked, encoder, without=True)
    yield "both", accuracy(plain, asked, encoder)
    if len(more[0]) > len(plain[0]):
        yield "views", accuracy(more, asked, encoder)


def accuracy(
    lessons: tuple[list[str], Float32, list[str]], asked: Labelled, encoder: Encoder, without: bool = False
) -> float:
    """Of a regression, or of one without n-grams, over the asked texts that are in scope."""
    texts, vectors, labels = lessons
    names = sorted(set(labels))
    features, mean = TextFeatures.fit(texts), vectors.mean(axis=0)
    words = 0.0 if without else text_weight(len(texts), len(names))
    found = fit_softmax(
        centred(vectors, mean),
        matrix([features(text) for text in texts], len(features), words),
        np.searchsorted(names, labels),
        len(names),
        strength=STRENGTH,
    )
    rows = matrix([features(text) for text in asked.texts], len(features), words)
    dense = centred(encoder.encode(asked.texts, "query"), mean)
    given = np.array(names)[(dense @ found.dense + rows @ found.sparse + found.bias).argmax(axis=1)]
    true = np.array(asked.labels)
    return float((given == true)[true != OUT_OF_SCOPE].mean())


def measure(name: str, data: Path, encoder: Encoder, seeds: int, every: Sequence[int | None]) -> Iterator[Row]:
    """All ways of one set."""
    files = [None if file is None else data / file for file in FILES[name]]
    for shots in every:
        for seed in range(seeds if shots or name in ("banking77", "own") else 1):
            learned, asked = read_parts(files[0], files[1], seed=seed)
            for way, value in ways(learned.shots(shots, seed), asked, encoder):
                yield Row(name, shots, way, seed, value)


def figures(name: str, data: Path, encoder: Encoder) -> str:
    """What the head as it is shipped says of the whole training part, as a line."""
    files = [None if file is None else data / file for file in FILES[name]]
    found = evaluate_intent(*read_parts(files[0], files[1]), encoder).as_json()
    kept = ("accuracy", "accuracy_en", "accuracy_zh", "macro_f1", "ece", "oos_auroc", "oos_recall_at_precision")
    return f"{name}: " + ", ".join(f"{key} {found[key]}" for key in kept if key in found)


def table(rows: Sequence[Row]) -> str:
    """Means over seeds, and their standard deviation, as Markdown."""
    lines = ["| set | examples a label | way | accuracy | sd | seeds |", "|---|---|---|---|---|---|"]
    for key in dict.fromkeys((row.name, row.shots, row.way) for row in rows):
        values = [row.accuracy for row in rows if (row.name, row.shots, row.way) == key]
        shots = "all" if key[1] is None else str(key[1])
        lines.append(
            f"| {key[0]} | {shots} | {key[2]} | {np.mean(values):.4f} | {np.std(values):.4f} | {len(values)} |"
        )
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> int:
    """Measure what was asked for."""
    options = parser().parse_args(arguments)
    options.out.mkdir(parents=True, exist_ok=True)
    encoder = load_encoder(EncoderSettings())
    assert encoder is not None
    if options.head:
        options.head.mkdir(parents=True, exist_ok=True)
        head, card = train(own_lessons(), Kept(encoder, options.out / "own.npz"), seed=0, made=datetime.now(UTC))
        head.save(options.head)
        card.write(options.head)
        print(card)
        return 0
    print(describe(), encoder.name, flush=True)
    rows: list[Row] = []
    for name in [options.only] if options.only else FILES:
        kept = Kept(encoder, options.out / f"{name}.npz")
        every = (SHOTS,) if options.few else (SHOTS, None)
        for row in measure(name, options.data, kept, options.seeds, every):
            rows.append(row)
            print(row, flush=True)
        if not options.few:
            print(figures(name, options.data, kept), flush=True)
    print(table(rows))
    return 0


def parser() -> argparse.ArgumentParser:
    """The options."""
    found = argparse.ArgumentParser("python -m benchmarks.understanding.intents", description=__doc__)
    found.add_argument("--data", type=Path, default=Path(os.environ.get("SHELFWISE_DATA", ROOT.parent / "shared/data")))
    found.add_argument("--only", choices=list(FILES), help="one set")
    found.add_argument("--seeds", type=int, default=3, help="draws of examples and of held-out parts")
    found.add_argument("--few", action="store_true", help="with ten examples a label only: much quicker")
    found.add_argument("--head", type=Path, help="write the head that comes with Shelfwise into this folder")
    found.add_argument("--out", type=Path, default=ROOT / "bench-out" / "understanding")
    return found


if __name__ == "__main__":
    raise SystemExit(main())
