"""Cross-encoders that begin as an encoder, against that encoder and against what serving makes of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from sentence_transformers import CrossEncoder
from transformers import BertForSequenceClassification, XLMRobertaForSequenceClassification

from shelfwise.errors import InputError
from shelfwise.language.cross_encoders.onnx import OnnxCrossEncoder
from shelfwise.training.bases.cross_encoders import open_cross_encoder_base
from shelfwise.training.bases.pair_tokenizer import pair_tokenizer
from shelfwise.training.bases.pairs import PairBertForSequenceClassification
from shelfwise.training.export import export_cross_encoder
from shelfwise.training.methods.folders import apply_to, merge_in, read_model, save_model
from shelfwise.training.methods.registry import METHODS, method
from tests.training.export.models import TEXTS, cross_encoder, encoder

QUERY = "wireless 耳机"
PROMPTS = {"query": "query: ", "document": "passage: "}
SHORT = [text for text in TEXTS if 0 < len(text) < 40]  # not cut; a prefix before nothing keeps its space
KINDS = [("e5", "mean", PROMPTS), ("bert", "mean", {}), ("bert", "cls", {}), ("e5", "cls", PROMPTS)]


def scores(model: CrossEncoder, texts: list[str] = TEXTS) -> Any:
    return model.predict([(QUERY, text) for text in texts], show_progress_bar=False)


def inner(model: CrossEncoder) -> PairBertForSequenceClassification:
    found = model[0].model
    assert isinstance(found, PairBertForSequenceClassification)
    return found


def stir(model: CrossEncoder) -> None:
    """Moves all weights that learn a little."""
    with torch.no_grad():
        drawn = torch.Generator().manual_seed(1)
        for weight in (each for each in model.parameters() if each.requires_grad):
            weight.add_(0.05 * torch.randn(weight.shape, generator=drawn))


@pytest.mark.parametrize(("kind", "pooling", "prompts"), KINDS)
def test_blind_to_each_other_it_is_the_encoder(
    tmp_path: Path, kind: str, pooling: str, prompts: dict[str, str]
) -> None:
    bi = encoder(tmp_path, kind, pooling, **prompts)
    model = open_cross_encoder_base(tmp_path, 64)
    inner(model).config.across = -1e4
    cosines = (
        bi.encode(SHORT, prompt_name="document" if prompts else None)
        @ bi.encode([QUERY], prompt_name="query" if prompts else None).T
    )
    np.testing.assert_allclose(scores(model, SHORT) * inner(model).config.temperature, cosines[:, 0], atol=1e-5)


@pytest.mark.parametrize("kind", ["e5", "bert"])
def test_the_two_see_each_other(tmp_path: Path, kind: str) -> None:
    encoder(tmp_path, kind)
    model = open_cross_encoder_base(tmp_path, 64)
    dim = scores(model)
    inner(model).config.across = -1e4
    assert np.abs(scores(model) - dim).max() > 0.01


def test_company_in_a_batch_changes_nothing(tmp_path: Path) -> None:
    encoder(tmp_path, "e5", **PROMPTS)
    model = open_cross_encoder_base(tmp_path, 64)
    np.testing.assert_allclose(scores(model), [scores(model, [text])[0] for text in TEXTS], atol=1e-4)


@pytest.mark.parametrize(("kind", "pooling", "prompts"), KINDS)
def test_serving_gives_the_same(tmp_path: Path, kind: str, pooling: str, prompts: dict[str, str]) -> None:
    encoder(tmp_path / "encoder", kind, pooling, **prompts)
    model = open_cross_encoder_base(tmp_path / "encoder", 32)
    stir(model)
    save_model(model, tmp_path / "model")
    assert export_cross_encoder(tmp_path / "model", tmp_path / "onnx", "float32").writer == "fused"
    served = OnnxCrossEncoder.load(tmp_path / "onnx")
    np.testing.assert_allclose(served.score(QUERY, TEXTS), scores(model), atol=2e-4)


@pytest.mark.parametrize("precision", ["int8", "int8-static"])
def test_eight_bits_are_close(tmp_path: Path, precision: Any) -> None:
    encoder(tmp_path / "encoder", "e5", **PROMPTS)
    model = open_cross_encoder_base(tmp_path / "encoder", 32)
    save_model(model, tmp_path / "model")
    pairs = [(QUERY, text) for text in TEXTS]
    assert export_cross_encoder(tmp_path / "model", tmp_path / "onnx", precision, pairs=pairs).writer == "fused"
    served = OnnxCrossEncoder.load(tmp_path / "onnx").score(QUERY, TEXTS)
    assert np.corrcoef(served, scores(model))[0, 1] > 0.98


@pytest.mark.parametrize("name", sorted(METHODS))
def test_every_method_trains_it_and_is_served(tmp_path: Path, name: str) -> None:
    encoder(tmp_path / "encoder", "e5", **PROMPTS)
    model = open_cross_encoder_base(tmp_path / "encoder", 32)
    before = scores(model)
    chosen = method(name)
    apply_to(chosen, model)
    assert np.abs(scores(model.eval()) - before).max() < {"prefix": 1.0, "bottleneck": 0.05}.get(name, 1e-3)
    stir(model)
    merge_in(chosen, model)
    after = scores(model.eval())
    assert np.abs(after - before).max() > 1e-3
    save_model(model, tmp_path / "model")
    np.testing.assert_allclose(scores(read_model(CrossEncoder, tmp_path / "model").eval()), after, atol=1e-4)
    written = export_cross_encoder(tmp_path / "model", tmp_path / "onnx", "float32").writer
    assert written == ("traced" if name in {"prefix", "bottleneck"} else "fused")
    np.testing.assert_allclose(OnnxCrossEncoder.load(tmp_path / "onnx").score(QUERY, TEXTS), after, atol=1e-3)


@pytest.mark.parametrize(("kind", "prompts"), [("e5", PROMPTS), ("bert", {})])
def test_the_tokenizer_reads_each_as_the_encoder_does(tmp_path: Path, kind: str, prompts: dict[str, str]) -> None:
    alone: Any = encoder(tmp_path, kind, **prompts).tokenizer
    prefixes = (prompts.get("query", ""), prompts.get("document", ""))
    paired = pair_tokenizer(alone, prefixes)
    for text in SHORT:
        query, second = alone(prefixes[0] + QUERY)["input_ids"], alone(prefixes[1] + text)["input_ids"]
        found = paired(QUERY, text)
        assert found["input_ids"] == query + second
        assert found["token_type_ids"] == [0] * len(query) + [1] * len(second)
    assert len(paired(QUERY, "usb " * 50, truncation=True, max_length=20)["input_ids"]) == 20


def test_a_cross_encoder_stays_itself_and_other_encoders_get_a_head(tmp_path: Path) -> None:
    known = cross_encoder(tmp_path / "known")
    again = open_cross_encoder_base(tmp_path / "known", 32)
    assert isinstance(again[0].model, BertForSequenceClassification)
    plain = known.predict([(QUERY, TEXTS[0])], activation_fn=torch.nn.Identity(), show_progress_bar=False)
    np.testing.assert_allclose(scores(again, TEXTS[:1]), plain, atol=1e-5)
    encoder(tmp_path / "xlmr", "xlm-roberta")
    assert isinstance(open_cross_encoder_base(tmp_path / "xlmr", 32)[0].model, XLMRobertaForSequenceClassification)


def test_additions_cannot_come_along(tmp_path: Path) -> None:
    bi = encoder(tmp_path / "bare", "bert")
    apply_to(method("prefix"), bi)
    save_model(bi, tmp_path / "tuned")
    with pytest.raises(InputError, match="has a prefix or bottlenecks"):
        open_cross_encoder_base(tmp_path / "tuned", 32)
