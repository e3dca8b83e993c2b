"""Exported cross-encoders against what Sentence-Transformers itself makes of the same folder."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from shelfwise.errors import EncoderError, InputError
from shelfwise.language.cross_encoders.onnx import OnnxCrossEncoder
from shelfwise.language.encoders.exported import load_exported
from shelfwise.training.export import export_cross_encoder
from shelfwise.training.methods.folders import apply_to, save_model
from shelfwise.training.methods.registry import method
from tests.training.export.models import TEXTS, cross_encoder

QUERY = "wireless 耳机"


def own(model: torch.nn.Module) -> np.ndarray:
    pairs = [(QUERY, text) for text in TEXTS]
    return model.predict(pairs, activation_fn=torch.nn.Identity(), show_progress_bar=False)  # type: ignore[operator,no-any-return]


def test_float32_is_what_the_model_says(tmp_path: Path) -> None:
    model = cross_encoder(tmp_path / "model")
    assert export_cross_encoder(tmp_path / "model", tmp_path / "onnx", "float32").writer == "fused"
    scores = OnnxCrossEncoder.load(tmp_path / "onnx").score(QUERY, TEXTS)
    np.testing.assert_allclose(scores, own(model), atol=1e-4)


@pytest.mark.parametrize("precision", ["int8", "int8-static"])
def test_eight_bits_are_close(tmp_path: Path, precision: str) -> None:
    model = cross_encoder(tmp_path / "model")
    pairs = [(QUERY, text) for text in TEXTS]
    export_cross_encoder(tmp_path / "model", tmp_path / "onnx", precision, pairs=pairs)  # type: ignore[arg-type]
    scores = OnnxCrossEncoder.load(tmp_path / "onnx").score(QUERY, TEXTS)
    assert np.corrcoef(scores, own(model))[0, 1] > 0.98


def test_additions_are_in_the_export(tmp_path: Path) -> None:
    model = cross_encoder(tmp_path / "model")
    apply_to(method("bottleneck"), model)
    with torch.no_grad():
        drawn = torch.Generator().manual_seed(1)
        for weight in (each for each in model.parameters() if each.requires_grad):
            weight.add_(0.1 * torch.randn(weight.shape, generator=drawn))
    save_model(model, tmp_path / "tuned")
    assert export_cross_encoder(tmp_path / "tuned", tmp_path / "onnx", "float32").writer == "traced"
    scores = OnnxCrossEncoder.load(tmp_path / "onnx").score(QUERY, TEXTS)
    np.testing.assert_allclose(scores, own(model.eval()), atol=1e-4)


def test_more_than_one_label_is_refused(tmp_path: Path) -> None:
    cross_encoder(tmp_path / "model", labels=3)
    with pytest.raises(InputError, match="with 3 labels"):
        export_cross_encoder(tmp_path / "model", tmp_path / "onnx")


def test_a_cross_encoder_is_no_encoder(tmp_path: Path) -> None:
    cross_encoder(tmp_path / "model")
    export_cross_encoder(tmp_path / "model", tmp_path / "onnx")
    with pytest.raises(EncoderError, match="kind is 'cross-encoder', expected 'encoder' or 'table'"):
        load_exported(tmp_path / "onnx")
