"""A linear-chain conditional random field over the units of a text.

    p(y | x) = exp Σₜ (Σⱼ w(fⱼ(x, t), yₜ) + v(yₜ₋₁, yₜ)) / Z(x)

with the names f of features.py, fitted by OWL-QN: the maximum of Σ ln p(y | x) − c₁|w|₁ − c₂|w|₂². The labels are the
best path; the confidence of a span is the smallest marginal p(yₜ | x) in it.

Features of known spans would be right too often on the texts that they were taken from. So the training texts are cut
into five parts, and each sees the spans of the other four; the same text never lies in two parts.

Source: Lafferty, McCallum and Pereira, Conditional Random Fields, ICML 2001; software: CRFsuite (Okazaki, 2007).
"""

from __future__ import annotations

import random
import tempfile
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
import pycrfsuite

from shelfwise.errors import CorruptIndexError, InputError
from shelfwise.understanding.tagging.base import Span, Tagged
from shelfwise.understanding.tagging.features import features
from shelfwise.understanding.tagging.known import KnownSpans
from shelfwise.understanding.tagging.lattice import Lattice
from shelfwise.understanding.tagging.units import Unit, labels, split, stretches

MODEL: Final = "tagger.crf"
KNOWN: Final = "tagger.known.json"
PARTS: Final = 5
OPTIONS: Final = {"c1": 0.2, "c2": 0.01, "max_iterations": 100, "feature.possible_transitions": False}


class CrfTagger:
    """Tags texts; made by `fit` or `open`. Safe to call from several threads, one at a time."""

    def __init__(self, model: bytes, known: KnownSpans) -> None:
        self._bytes = model
        self._known = known
        self._model: Any = pycrfsuite.Tagger()
        self._lock = threading.Lock()
        self._model.open_inmemory(model)
        self.labels = tuple(sorted(self._model.labels()))

    @classmethod
    def fit(cls, sentences: Sequence[Tagged], *, seed: int = 0) -> Self:
        """A tagger of what these texts are labelled with. The seed cuts them into parts.

        Raises:
            InputError: no text has a span.
        """
        if not any(sentence.spans for sentence in sentences):
            raise InputError(f"Found no span in {len(sentences)} texts, expected at least one to learn from.")
        trainer = pycrfsuite.Trainer(algorithm="lbfgs", verbose=False)
        for sentence, known in _apart(sentences, seed):
            units = split(sentence.text)
            if units:
                trainer.append(features(units, known), labels(units, sentence.spans))
        trainer.set_params(OPTIONS)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / MODEL
            trainer.train(str(path))
            return cls(path.read_bytes(), KnownSpans(_names(sentences)))

    def tag(self, text: str) -> list[Span]:
        """The spans of a text."""
        units = split(text)
        if not units:
            return []
        with self._lock:
            tags = self._model.tag(features(units, self._known))
            return [self._span(units, tags, *found) for found in stretches(tags)]

    def _span(self, units: Sequence[Unit], tags: Sequence[str], first: int, last: int, kind: str) -> Span:
        sure = min(self._model.marginal(tags[i], i) for i in range(first, last))
        return Span(units[first].start, units[last - 1].end, kind, min(1.0, sure))

    def lattice(self, text: str) -> Lattice:
        """The marginals of all labels."""
        units = split(text)
        found = np.zeros((len(units), len(self.labels)))  # [units, labels]
        if units:
            with self._lock:
                self._model.set(features(units, self._known))
                for column, label in enumerate(self.labels):
                    found[:, column] = [self._model.marginal(label, row) for row in range(len(units))]
        return Lattice(tuple(units), self.labels, found)

    def save(self, into: Path) -> None:
        """Write the model into a folder."""
        (into / MODEL).write_bytes(self._bytes)
        self._known.write(into / KNOWN)

    @classmethod
    def open(cls, folder: Path) -> Self:
        """The model of a folder. Raises CorruptIndexError."""
        path = folder / MODEL
        try:
            return cls(path.read_bytes(), KnownSpans.read(folder / KNOWN))
        except (OSError, ValueError) as error:
            raise CorruptIndexError(f"{path}: not a tagger: {error}.") from error


def _apart(sentences: Sequence[Tagged], seed: int) -> Iterator[tuple[Tagged, KnownSpans]]:
    """Each text with the spans of the parts that it does not lie in."""
    texts = sorted({sentence.text for sentence in sentences})
    random.Random(seed).shuffle(texts)
    part = {text: place % PARTS for place, text in enumerate(texts)}
    for number in range(PARTS):
        known = KnownSpans(_names([s for s in sentences if part[s.text] != number]))
        yield from ((s, known) for s in sentences if part[s.text] == number)


def _names(sentences: Sequence[Tagged]) -> Iterator[tuple[tuple[str, ...], str]]:
    for sentence in sentences:
        units = split(sentence.text)
        for first, last, kind in stretches(labels(units, sentence.spans)):
            yield tuple(unit.text for unit in units[first:last]), kind
