"""The intent head: a text and its vector → a calibrated probability of each intent.

    z = A·(v − μ)/‖v − μ‖ + B·tfidf(x) + b,    p = softmax(z / τ)

(scope.py says what becomes of p where texts out of scope were there to learn from)

v the encoder's vector of the text, μ the mean vector of the texts learned from, tfidf its n-grams (features.py), A, B
and b by logistic regression and the temperature τ by cross-validation (fitting.py). Answering takes NumPy alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt
import orjson

from shelfwise.errors import CorruptIndexError
from shelfwise.types import Float32, Float64
from shelfwise.understanding.intent.features import TextFeatures
from shelfwise.understanding.intent.scope import Scope
from shelfwise.understanding.intent.softmax import Softmax, log_softmax

WEIGHTS: Final = "head.npz"
ABOUT: Final = "head.json"
VERSION: Final = 1  # of the files


@dataclass(frozen=True, slots=True)
class IntentHead:
    """Answers with one row of probabilities for each text, over `labels` (k of them, sorted).

    features: the m n-grams known. mean: μ Float32[d]. weights: A, B and b. temperature: τ. scope: how it knows what is
    out of scope; None where the label "out_of_scope" was not learned.
    """

    labels: tuple[str, ...]
    features: TextFeatures
    mean: Float32
    weights: Softmax
    temperature: float = 1.0
    scope: Scope | None = None

    @staticmethod
    def fit(
        texts: Sequence[str],
        vectors: Float32,
        labels: Sequence[str],
        *,
        seed: int,
        groups: Sequence[str] | None = None,
    ) -> IntentHead:
        """A head for labelled texts and their vectors, Float32[n, d].

        groups: texts of one group are never on both sides of a fold of the cross-validation: near copies of one
        another, which would make the head look surer than it is.

        Raises InputError: fewer than two labels, or another number of vectors or labels than of texts.
        """
        from shelfwise.understanding.intent.fitting import fit_head  # SciPy is for learning only

        return fit_head(texts, vectors, labels, seed=seed, groups=groups)

    def predict(self, texts: Sequence[str], vectors: Float32) -> Float64:
        """Probabilities of the labels, Float64[n, k]; rows add up to 1. vectors: Float32[n, d] of the n texts."""
        logits = self.weights.logits(centred(vectors, self.mean), [self.features(text) for text in texts])
        return self.probabilities(logits)

    def probabilities(self, logits: Float64) -> Float64:
        """What logits z say, Float64[n, k] both."""
        if self.scope is not None:
            return self.scope.probabilities(logits, self.temperature)
        return np.asarray(np.exp(log_softmax(logits / self.temperature)), np.float64)

    def save(self, folder: Path) -> None:
        """Writes head.npz and head.json."""
        arrays: dict[str, Any] = {
            "mean": self.mean,
            "idf": self.features.idf,
            "dense": self.weights.dense,
            "sparse": self.weights.sparse.astype(np.float16),
            "bias": self.weights.bias,
        }
        about = {
            "version": VERSION,
            "labels": self.labels,
            "temperature": self.temperature,
            "scope": None if self.scope is None else asdict(self.scope),
            "features": self.features.names,
        }
        np.savez(folder / WEIGHTS, **arrays)
        (folder / ABOUT).write_bytes(orjson.dumps(about))

    @classmethod
    def open(cls, folder: Path) -> IntentHead:
        """The head of a folder. Raises CorruptIndexError: a file is missing, damaged or does not fit the other."""
        try:
            about = orjson.loads((folder / ABOUT).read_bytes())
            with (folder / WEIGHTS).open("rb") as file, np.load(file, allow_pickle=False) as opened:
                arrays = {name: opened[name] for name in opened.files}
            return cls._checked(about, arrays)
        except (OSError, ValueError, KeyError, TypeError, EOFError, BadZipFile) as error:
            raise CorruptIndexError(f"{folder}: no intent head to use: {error}", hint="Index again.") from error

    @classmethod
    def _checked(cls, about: Mapping[str, Any], arrays: Mapping[str, npt.NDArray[np.generic]]) -> IntentHead:
        if about["version"] != VERSION:
            raise ValueError(f"found version {about['version']}, expected {VERSION}")
        labels, names, scope = _names(about["labels"]), _names(about["features"]), about["scope"]
        mean, idf, dense, sparse, bias = (
            arrays[name].astype(np.float32) for name in ("mean", "idf", "dense", "sparse", "bias")
        )
        k, m = len(labels), len(names)
        found = (mean.ndim, idf.shape, dense.shape, sparse.shape, bias.shape)
        if found != (1, (m,), (len(mean), k), (m, k), (k,)):
            raise ValueError(f"found arrays of shape {found[1:]} for {k} labels and {m} features")
        return cls(
            labels,
            TextFeatures(names, idf),
            mean,
            Softmax(dense, sparse, bias),
            float(about["temperature"]),
            None if scope is None else Scope(**scope),
        )


def centred(vectors: Float32, mean: Float32) -> Float32:
    """(v − μ)/‖v − μ‖ of each row, Float32[n, d]; a vector that is the mean itself becomes 0."""
    moved = vectors - mean
    lengths = np.linalg.norm(moved, axis=1, keepdims=True)
    return np.asarray(moved / np.maximum(lengths, 1e-6), np.float32)


def _names(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise TypeError("found something else than a list of names")
    return tuple(value)
