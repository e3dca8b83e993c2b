"""The intent head: probabilities that are probabilities, that are right, that survive the disk."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shelfwise.errors import CorruptIndexError, InputError
from shelfwise.understanding.intent.head import ABOUT, WEIGHTS, IntentHead
from tests.understanding.intent.intent_texts import DIMS, texts_and_labels, vectors_of

TEXTS, LABELS = texts_and_labels()
VECTORS = vectors_of(LABELS)
HEAD = IntentHead.fit(TEXTS, VECTORS, LABELS, seed=0)


def test_it_tells_labels_apart() -> None:
    fresh = vectors_of(LABELS, seed=1)
    found = HEAD.predict(TEXTS, fresh)
    assert found.shape == (len(TEXTS), 4)
    assert [HEAD.labels[at] for at in found.argmax(axis=1)] == LABELS


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=600), st.integers(0, 2**32 - 1))
def test_rows_add_up_to_one_for_any_text(text: str, seed: int) -> None:
    vector = np.random.default_rng(seed).normal(size=(1, DIMS)).astype(np.float32)
    found = HEAD.predict([text], vector)
    assert found.sum() == pytest.approx(1)
    assert (found >= 0).all()


def test_words_help_where_vectors_do_not_tell() -> None:
    blind = np.tile(VECTORS.mean(axis=0), (2, 1))
    coupon, parcel = HEAD.predict(["coupon", "包裹"], blind)
    deals, order = HEAD.labels.index("deals"), HEAD.labels.index("order_status")
    assert coupon[deals] > 1.2 * parcel[deals]
    assert parcel[order] > 1.2 * coupon[order]


def test_case_width_and_script_change_nothing() -> None:
    vector = VECTORS[:1]
    plain = HEAD.predict(["any coupon please"], vector)
    assert np.array_equal(HEAD.predict(["ANY Coupon ｐｌｅａｓｅ"], vector), plain)
    assert np.array_equal(HEAD.predict(["訂單"], vector), HEAD.predict(["订单"], vector))


def test_a_batch_is_its_texts_one_by_one() -> None:
    alone = np.concatenate([HEAD.predict([text], VECTORS[row : row + 1]) for row, text in enumerate(TEXTS[:10])])
    assert HEAD.predict(TEXTS[:10], VECTORS[:10]) == pytest.approx(alone, abs=1e-6)


def test_the_same_seed_gives_the_same_head() -> None:
    again = IntentHead.fit(TEXTS, VECTORS, LABELS, seed=0)
    assert np.array_equal(again.predict(TEXTS, VECTORS), HEAD.predict(TEXTS, VECTORS))


def test_it_survives_the_disk(tmp_path: Path) -> None:
    HEAD.save(tmp_path)
    found = IntentHead.open(tmp_path)
    assert (found.labels, found.temperature, found.scope) == (HEAD.labels, HEAD.temperature, HEAD.scope)
    assert found.predict(TEXTS, VECTORS) == pytest.approx(HEAD.predict(TEXTS, VECTORS), abs=1e-3)


def _about(change: dict[str, Any]) -> Any:
    return lambda folder: (folder / ABOUT).write_bytes(
        orjson.dumps({**orjson.loads((folder / ABOUT).read_bytes()), **change})
    )


@pytest.mark.parametrize(
    "damage",
    [
        lambda folder: (folder / WEIGHTS).unlink(),
        lambda folder: (folder / ABOUT).unlink(),
        lambda folder: (folder / ABOUT).write_bytes(b"{"),
        lambda folder: (folder / ABOUT).write_bytes(b"[]"),
        lambda folder: (folder / WEIGHTS).write_bytes((folder / WEIGHTS).read_bytes()[:-200]),
        lambda folder: (folder / WEIGHTS).write_bytes(b"PK nonsense"),
        _about({"version": 999}),
        _about({"labels": ["one", "two"]}),
        _about({"labels": "four"}),
        _about({"scope": {"unknown": 1}}),
        _about({"temperature": "warm"}),
    ],
)
def test_a_damaged_head_is_said_to_be_so(damage: Any, tmp_path: Path) -> None:
    HEAD.save(tmp_path)
    damage(tmp_path)
    with pytest.raises(CorruptIndexError, match="no intent head to use"):
        IntentHead.open(tmp_path)


@pytest.mark.parametrize(
    ("texts", "labels", "vectors", "message"),
    [
        (["a", "b"], ["x", "x"], 2, "found 1 labels, expected two or more"),
        (["a", "b"], ["x", "y"], 3, "found 3 vectors and 2 labels for 2 texts"),
        (["a", "b"], ["x"], 2, "found 2 vectors and 1 labels for 2 texts"),
    ],
)
def test_what_cannot_be_learned_is_refused(texts: list[str], labels: list[str], vectors: int, message: str) -> None:
    with pytest.raises(InputError, match=message):
        IntentHead.fit(texts, VECTORS[:vectors], labels, seed=0)


def test_two_texts_are_enough() -> None:
    head = IntentHead.fit(["red", "blue"], VECTORS[[0, -1]], ["x", "y"], seed=0)
    assert head.predict(["red"], VECTORS[:1]).argmax() == 0
