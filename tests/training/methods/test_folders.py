"""Methods inside Sentence-Transformers' models, which are written and read again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from sentence_transformers import CrossEncoder, SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Dense, Normalize

from shelfwise.training.methods.folders import apply_to, merge_in, read_model, save_model, transformer
from shelfwise.training.methods.registry import METHODS, method
from shelfwise.training.methods.weights import parameters
from tests.training.encoders import TEXTS, cross_encoder, encoder

PAIRS = [(a, b) for a in TEXTS for b in TEXTS]


def nudge(model: SentenceTransformer | CrossEncoder) -> None:
    """As if it had trained."""
    drawn = torch.Generator().manual_seed(4)
    with torch.no_grad():
        for weight in model.parameters():
            if weight.requires_grad:
                weight.add_(torch.randn(weight.shape, generator=drawn), alpha=0.05)


@pytest.mark.parametrize("name", METHODS)
def test_an_encoder_is_read_as_it_was_trained(name: str, tmp_path: Path) -> None:
    model, way = encoder(tmp_path / "base"), method(name)
    base = model.encode(TEXTS)
    apply_to(way, model)
    nudge(model)
    expected = model.encode(TEXTS)
    assert np.abs(expected - base).max() > 1e-3
    merge_in(way, model)
    save_model(model, tmp_path / "saved")
    assert not list((tmp_path / "saved").rglob("*.bin"))
    again = read_model(SentenceTransformer, tmp_path / "saved")
    np.testing.assert_allclose(again.encode(TEXTS), expected, atol=1e-5)


@pytest.mark.parametrize("name", METHODS)
def test_a_cross_encoder_is_read_as_it_was_trained(name: str, tmp_path: Path) -> None:
    model, way = cross_encoder(tmp_path / "base"), method(name)
    base = model.predict(PAIRS)
    apply_to(way, model)
    nudge(model)
    expected = model.predict(PAIRS)
    assert np.abs(expected - base).max() > 1e-4
    merge_in(way, model)
    save_model(model, tmp_path / "saved")
    again = read_model(CrossEncoder, tmp_path / "saved")
    np.testing.assert_allclose(again.predict(PAIRS), expected, atol=1e-5)


def test_a_frozen_encoder_starts_as_its_base_and_learns_a_projection(tmp_path: Path) -> None:
    model = encoder(tmp_path)
    base = model.encode(TEXTS)
    apply_to(method("frozen"), model)
    np.testing.assert_allclose(model.encode(TEXTS), base, atol=1e-6)
    assert isinstance(model[2], Dense)
    assert isinstance(model[3], Normalize)
    assert parameters(model).trained == 32 * 32
    assert parameters(transformer(model)).trained == 0
