"""Fitting the intent head: weights on all texts; temperature and threshold on texts that were not learned from.

Each fold is answered by weights fitted to the others. The temperature τ is the one that gives those answers the best
likelihood (Guo et al. 2017, "On Calibration of Modern Neural Networks"); nothing has to be held back for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from scipy.optimize import minimize, minimize_scalar

from shelfwise.errors import InputError
from shelfwise.evaluation.classification import recall_at_precision
from shelfwise.types import Bool, Float32, Float64
from shelfwise.understanding.intent.features import TextFeatures
from shelfwise.understanding.intent.head import IntentHead, centred
from shelfwise.understanding.intent.regression import Classes, fit_softmax, matrix
from shelfwise.understanding.intent.scope import Scope, outsideness
from shelfwise.understanding.intent.softmax import Softmax, log_softmax
from shelfwise.understanding.intent.taxonomy import OUT_OF_SCOPE
from shelfwise.understanding.intent.views import FEW

STRENGTH: Final = 20.0  # C of the regression
TEXT_WEIGHT: Final = 1.0  # what n-grams count beside the vector …
FEW_WEIGHT: Final = 0.3  # … and where examples are few, so that most n-grams of a new text were never seen
FOLDS: Final = 3
TEMPERATURES: Final = (0.2, 5.0)
PRECISION: Final = 0.9  # of the texts that are called out of scope, at least so many should be


def fit_head(
    texts: Sequence[str],
    vectors: Float32,
    labels: Sequence[str],
    *,
    seed: int,
    groups: Sequence[str] | None = None,
) -> IntentHead:
    """See IntentHead.fit."""
    held = held_out(texts, vectors, labels, seed=seed, groups=groups)
    return fit_calibrated(texts, vectors, labels, held)


def fit_calibrated(texts: Sequence[str], vectors: Float32, labels: Sequence[str], held: Float64) -> IntentHead:
    """The head for texts whose `held_out` logits are known."""
    names = _checked(texts, vectors, labels)
    classes = np.searchsorted(names, labels)
    features, mean, weights = _fit(texts, vectors, classes, len(names))
    temperature, scope = calibrated(names, held, classes)
    return IntentHead(tuple(names), features, mean, weights, temperature, scope)


def calibrated(names: Sequence[str], held: Float64, classes: Classes) -> tuple[float, Scope | None]:
    """Temperature, and the scope where there is a label for it, of held-out logits Float64[n, k]."""
    if OUT_OF_SCOPE not in names:
        return _temperature(held, classes), None
    place = names.index(OUT_OF_SCOPE)
    inside = classes != place
    others = np.delete(held[inside], place, axis=1)
    temperature = _temperature(others, classes[inside] - (classes[inside] > place))
    slope, offset = _logistic(outsideness(held, place), ~inside)
    scope = Scope(place, slope, offset)
    p = scope.probabilities(held, temperature)[:, place]
    recall, threshold = recall_at_precision(p, ~inside, PRECISION)
    return temperature, replace(scope, threshold=threshold) if recall else scope


def held_out(
    texts: Sequence[str],
    vectors: Float32,
    labels: Sequence[str],
    *,
    seed: int,
    groups: Sequence[str] | None = None,
) -> Float64:
    """Logits of each text by weights that were fitted to the other folds, Float64[n, k] over the sorted labels."""
    names = _checked(texts, vectors, labels)
    classes = np.searchsorted(names, labels)
    fold = folds_of_groups(labels, groups or texts, seed)
    logits = np.full((len(texts), len(names)), np.nan)
    for held in range(FOLDS):
        inside, outside = np.flatnonzero(fold != held), np.flatnonzero(fold == held)
        learned = [texts[int(row)] for row in inside]
        features, mean, weights = _fit(learned, vectors[inside], classes[inside], len(names))
        rows = [features(texts[int(row)]) for row in outside]
        logits[outside] = weights.logits(centred(vectors[outside], mean), rows)
    return logits


def _fit(texts: Sequence[str], vectors: Float32, classes: Classes, k: int) -> tuple[TextFeatures, Float32, Softmax]:
    """Features, mean and weights; the weight of n-grams is in their weights, so that they are asked for as they are."""
    features, weight = TextFeatures.fit(texts), text_weight(len(texts), k)
    mean = vectors.mean(axis=0)
    grams = matrix([features(text) for text in texts], len(features), weight)
    weights = fit_softmax(centred(vectors, mean), grams, classes, k, strength=STRENGTH)
    return features, mean, Softmax(weights.dense, np.float32(weight) * weights.sparse, weights.bias)


def text_weight(n: int, k: int) -> float:
    """What n-grams count beside the vector, for n texts of k labels."""
    return FEW_WEIGHT if n <= FEW * k else TEXT_WEIGHT


def folds_of_groups(labels: Sequence[str], groups: Sequence[str], seed: int) -> Classes:
    """The fold of each text, Int[n]: groups stay whole, and those of a label are dealt out to the folds in turn."""
    first = {group: label for label, group in zip(reversed(labels), reversed(groups), strict=True)}
    order = np.random.default_rng(seed).permutation(len(first))
    shuffled = [list(first)[place] for place in order]
    dealt = {group: turn % FOLDS for turn, group in enumerate(sorted(shuffled, key=lambda group: first[group]))}
    return np.array([dealt[group] for group in groups], np.intp)


def _temperature(logits: Float64, classes: Classes) -> float:
    rows = np.arange(len(classes))

    def loss(log_temperature: float) -> float:
        return float(-log_softmax(logits / np.exp(log_temperature))[rows, classes].mean())

    low, high = np.log(TEMPERATURES)
    return float(np.exp(minimize_scalar(loss, bounds=(low, high), method="bounded").x))


def _logistic(scores: Float64, positive: Bool) -> tuple[float, float]:
    """a and b of p = 1 / (1 + exp(−(a·s + b))), by the likelihood of who is positive (Platt 1999)."""
    sign = np.where(positive, -1.0, 1.0)

    def loss(line: Float64) -> float:
        return float(np.logaddexp(0, sign * (line[0] * scores + line[1])).mean())

    slope, offset = minimize(loss, np.array([1.0, 0.0]), method="L-BFGS-B", bounds=((0, None), (None, None))).x
    return float(slope), float(offset)


def _checked(texts: Sequence[str], vectors: Float32, labels: Sequence[str]) -> list[str]:
    """The sorted labels."""
    if not len(texts) == len(vectors) == len(labels):
        raise InputError(f"found {len(vectors)} vectors and {len(labels)} labels for {len(texts)} texts.")
    names = sorted(set(labels))
    if len(names) < 2:
        raise InputError(f"found {len(names)} labels, expected two or more different ones to tell apart.")
    return names
