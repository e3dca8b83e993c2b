"""Fewer layers: which, and that they learn."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from safetensors.torch import load_file
from sentence_transformers import SentenceTransformer

from shelfwise.errors import InputError
from shelfwise.training.shrink.layers import cut_layers, distil, spread
from shelfwise.training.shrink.teaching import Teaching
from tests.training.export.models import TEXTS, encoder

QUERIES = [f"{a} {b}" for a in "abcdefgh" for b in "12345"]
PRODUCTS = [f"{a}{b} cable 黑色" for a in "klmnopqr" for b in "abcde"]


@pytest.mark.parametrize(("count", "of"), [(1, 12), (2, 3), (6, 12), (12, 12), (4, 6)])
def test_layers_are_spread_and_end_with_the_last(count: int, of: int) -> None:
    chosen = spread(count, of)
    assert len(set(chosen)) == count
    assert chosen == sorted(chosen)
    assert chosen[-1] == of - 1


def test_all_layers_are_the_teacher(tmp_path: Path) -> None:
    teacher = encoder(tmp_path / "model")
    np.testing.assert_allclose(cut_layers(tmp_path / "model", 2).encode(TEXTS), teacher.encode(TEXTS), atol=1e-6)


@pytest.mark.parametrize("layers", [0, 3, [], [1, 0], [0, 2], [-1, 0], [0, 0]])
def test_layers_that_are_not_there(tmp_path: Path, layers: int | list[int]) -> None:
    encoder(tmp_path / "model")
    with pytest.raises(InputError, match="expected some of 0 to 1, ascending"):
        cut_layers(tmp_path / "model", layers)


def test_a_student_comes_nearer(tmp_path: Path) -> None:
    teacher = encoder(tmp_path / "model", query="q", document="p")
    wanted = teacher.encode(QUERIES, prompt_name="query")
    before = np.sum(cut_layers(tmp_path / "model", 1).encode(QUERIES, prompt_name="query") * wanted, axis=1)
    teaching = Teaching(epochs=6, batch=16, rate=1e-3)
    folder = distil(
        tmp_path / "model", tmp_path / "small", queries=QUERIES, products=PRODUCTS, layers=1, teaching=teaching
    )
    student = SentenceTransformer(str(folder), device="cpu")
    after = np.sum(student.encode(QUERIES, prompt_name="query") * wanted, axis=1)
    assert after.mean() > before.mean() + 0.02
    assert student.prompts["query"] == "q"
    name = "embeddings.word_embeddings.weight"
    one, other = (load_file(tmp_path / each / "model.safetensors")[name] for each in ("model", "small"))
    assert (one == other).all()


def test_the_same_seed_the_same_student(tmp_path: Path) -> None:
    encoder(tmp_path / "model")
    made = [
        distil(tmp_path / "model", tmp_path / name, queries=QUERIES, products=(), layers=[1], teaching=Teaching(seed=3))
        for name in ("one", "two")
    ]
    one, other = (SentenceTransformer(str(folder), device="cpu").encode(TEXTS) for folder in made)
    np.testing.assert_array_equal(one, other)


def test_without_texts_nothing_is_learnt(tmp_path: Path) -> None:
    encoder(tmp_path / "model")
    with pytest.raises(InputError, match="No texts to learn from"):
        distil(tmp_path / "model", tmp_path / "small", queries=(), products=(), layers=1)
