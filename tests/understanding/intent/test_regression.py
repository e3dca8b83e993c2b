"""The regression, against scikit-learn; the features, against scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_array
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from shelfwise.understanding.intent import features as features_module
from shelfwise.understanding.intent import regression
from shelfwise.understanding.intent.features import TextFeatures, grams
from shelfwise.understanding.intent.regression import fit_softmax, matrix
from shelfwise.understanding.intent.softmax import log_softmax
from tests.understanding.intent.intent_texts import texts_and_labels, vectors_of

TEXTS, LABELS = texts_and_labels()
CLASSES = np.searchsorted(sorted(set(LABELS)), LABELS)
VECTORS = vectors_of(LABELS)


def test_the_fit_is_that_of_scikit_learn() -> None:
    features = TextFeatures.fit(TEXTS)
    grams = matrix([features(text) for text in TEXTS], len(features), 0.5)
    ours = fit_softmax(VECTORS, grams, CLASSES, 4, strength=2.0, iterations=500)
    both = np.concatenate([VECTORS, grams.toarray()], axis=1)
    theirs = LogisticRegression(C=2.0, max_iter=2000, tol=1e-8).fit(both, CLASSES)
    z = (VECTORS @ ours.dense + grams @ ours.sparse + ours.bias).astype(float)
    assert np.exp(log_softmax(z)) == pytest.approx(theirs.predict_proba(both), abs=2e-3)


@pytest.mark.parametrize("kind", ["w", "c"])
def test_features_are_those_of_scikit_learn(kind: str) -> None:
    def analyse(text: str) -> list[str]:
        return [gram for gram in grams(text) if gram[0] == kind]

    theirs = TfidfVectorizer(analyzer=analyse, sublinear_tf=True).fit(TEXTS)
    expected = theirs.transform(TEXTS).toarray()
    features = TextFeatures.fit(TEXTS)
    columns = [at for at, name in enumerate(features.names) if name[0] == kind]
    found = matrix([features(text) for text in TEXTS], len(features)).toarray()[:, columns]
    assert [features.names[at] for at in columns] == theirs.get_feature_names_out().tolist()
    assert found == pytest.approx(expected, abs=1e-6)


def test_of_many_texts_rare_ngrams_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = ["red shoe", "red hat", "green"]
    assert "wgreen" in TextFeatures.fit(texts).names
    monkeypatch.setattr(features_module, "MANY", 2)
    names = TextFeatures.fit(texts).names
    assert "wred" in names
    assert "wgreen" not in names


def test_a_text_without_words_has_no_features() -> None:
    features = TextFeatures.fit(TEXTS)
    assert [len(features(text).columns) for text in ("", "😀", "?!")] == [0, 0, 0]
    assert isinstance(matrix([features("")], len(features)), csr_array)


def test_a_long_text_is_bounded() -> None:
    assert sum(1 for _ in grams("word " * 10_000)) < 2_000


def test_few_texts_are_fitted_the_short_way_with_the_same_result(monkeypatch: pytest.MonkeyPatch) -> None:
    features = TextFeatures.fit(TEXTS)
    grams = matrix([features(text) for text in TEXTS], len(features), 0.5)
    twice = csr_array(np.concatenate([grams.toarray(), grams.toarray()]))  # equal rows: a product without inverse
    many = np.concatenate([VECTORS, VECTORS]), twice, np.concatenate([CLASSES, CLASSES]), 4
    assert twice.shape[0] < twice.shape[1]
    short = fit_softmax(*many, strength=20.0, iterations=15)
    monkeypatch.setattr(regression, "SMALL", 0)
    long = fit_softmax(*many, strength=20.0, iterations=15)
    assert short.dense == pytest.approx(long.dense, abs=1e-3)
    assert short.sparse == pytest.approx(long.sparse, abs=1e-3)
    assert short.bias == pytest.approx(long.bias, abs=1e-3)
    assert np.abs(long.sparse).max() > 0.1
