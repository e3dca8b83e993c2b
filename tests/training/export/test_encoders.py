"""Exported encoders against what Sentence-Transformers itself makes of the same folder."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import orjson
import pytest
import torch
from safetensors.torch import load_file, save_file
from sentence_transformers import SentenceTransformer

from shelfwise.errors import EncoderError, InputError
from shelfwise.language.encoders.e5_onnx import load_e5
from shelfwise.language.encoders.exported import load_exported
from shelfwise.training.bases.e5 import e5_folder
from shelfwise.training.export import export_encoder
from shelfwise.training.methods.folders import apply_to, save_model
from shelfwise.training.methods.registry import method
from tests.training.export.models import TEXTS, encoder

KINDS = [("bert", "mean"), ("bert", "cls"), ("e5", "mean"), ("xlm-roberta", "mean"), ("distilbert", "mean")]


def own(model: SentenceTransformer, prompt: str = "") -> np.ndarray:
    with torch.no_grad():
        return model.encode([prompt + text for text in TEXTS], normalize_embeddings=True, show_progress_bar=False)


@pytest.mark.parametrize(("kind", "pooling"), KINDS)
def test_float32_is_what_the_model_says(tmp_path: Path, kind: str, pooling: str) -> None:
    model = encoder(tmp_path / "model", kind, pooling)
    exported = export_encoder(tmp_path / "model", tmp_path / "onnx", "float32")
    assert exported.writer == ("traced" if kind == "distilbert" else "fused")
    assert exported.size == sum(path.stat().st_size for path in (tmp_path / "onnx").iterdir())
    vectors = load_exported(tmp_path / "onnx").encode(TEXTS, "product")
    np.testing.assert_allclose(vectors, own(model), atol=1e-4)


@pytest.mark.parametrize("precision", ["int8", "int8-static"])
@pytest.mark.parametrize(("kind", "pooling"), KINDS)
def test_eight_bits_are_close(tmp_path: Path, kind: str, pooling: str, precision: str) -> None:
    model = encoder(tmp_path / "model", kind, pooling)
    export_encoder(tmp_path / "model", tmp_path / "onnx", precision, texts=TEXTS)  # type: ignore[arg-type]
    cosine = np.sum(load_exported(tmp_path / "onnx").encode(TEXTS, "product") * own(model), axis=1)
    assert cosine.min() > 0.97


@pytest.mark.parametrize("name", ["prefix", "bottleneck"])
def test_additions_are_in_the_export(tmp_path: Path, name: str) -> None:
    model = encoder(tmp_path / "model")
    plain = own(model)
    apply_to(method(name), model)
    with torch.no_grad():  # as if it had learnt something
        drawn = torch.Generator().manual_seed(1)
        for weight in (each for each in model.parameters() if each.requires_grad):
            weight.add_(0.1 * torch.randn(weight.shape, generator=drawn))
    save_model(model, tmp_path / "tuned")
    assert export_encoder(tmp_path / "tuned", tmp_path / "onnx", "float32").writer == "traced"
    vectors = load_exported(tmp_path / "onnx").encode(TEXTS, "product")
    np.testing.assert_allclose(vectors, own(model.eval()), atol=1e-4)
    assert np.abs(vectors - plain).max() > 0.01


def test_prompts_go_before_texts(tmp_path: Path) -> None:
    model = encoder(tmp_path / "model", "e5", query="query: ", passage="a-")
    export_encoder(tmp_path / "model", tmp_path / "onnx", "float32")
    made = load_exported(tmp_path / "onnx")
    np.testing.assert_allclose(made.encode(TEXTS, "query"), own(model, "query: "), atol=1e-4)
    np.testing.assert_allclose(made.encode(TEXTS, "product"), own(model, "a-"), atol=1e-4)


def test_the_base_becomes_the_default_encoder(tmp_path: Path) -> None:
    """The same tables in 4 bits, calibrated by the same texts: the same vectors, also after training.

    The graphs are equal; sums of a run may end in another bit when the processor is shared."""
    export_encoder(e5_folder(), tmp_path / "onnx")
    texts = [*TEXTS, "适合学生的笔记本电脑", "Lenovo ThinkPad X1 Carbon 14 inch"]
    made = load_exported(tmp_path / "onnx")
    assert (tmp_path / "onnx" / "pieces.model").is_file()
    for kind in ("query", "product"):
        np.testing.assert_allclose(made.encode(texts, kind), load_e5().encode(texts, kind), atol=1e-5)  # type: ignore[arg-type]


def test_long_texts_are_cut_alike(tmp_path: Path) -> None:
    encoder(tmp_path / "model")
    export_encoder(tmp_path / "model", tmp_path / "onnx")
    one, other = load_exported(tmp_path / "onnx").encode(["a" * 60 + " red", "a" * 60 + " blue"], "query")
    np.testing.assert_array_equal(one, other)


def test_weights_in_half_precision_are_read(tmp_path: Path) -> None:
    model = encoder(tmp_path / "model").to(torch.bfloat16)
    model.save_pretrained(str(tmp_path / "half"))
    export_encoder(tmp_path / "half", tmp_path / "onnx", "float32")
    cosine = np.sum(load_exported(tmp_path / "onnx").encode(TEXTS, "product") * own(model.float()), axis=1)
    assert cosine.min() > 0.9999


def test_the_name_changes_with_the_weights(tmp_path: Path) -> None:
    encoder(tmp_path / "model")
    names = set()
    for precision in ("float32", "int8"):
        export_encoder(tmp_path / "model", tmp_path / "onnx", precision, name="shop")  # type: ignore[arg-type]
        names.add(load_exported(tmp_path / "onnx").name)
    assert len(names) == 2
    assert all(name.startswith("shop-") for name in names)


def test_an_export_that_fails_leaves_what_was_there(tmp_path: Path) -> None:
    encoder(tmp_path / "model")
    export_encoder(tmp_path / "model", tmp_path / "onnx")
    before = load_exported(tmp_path / "onnx").encode(TEXTS, "query")
    (tmp_path / "model" / "model.safetensors").write_bytes(b"damaged")
    with pytest.raises(InputError, match=r"model\.safetensors"):
        export_encoder(tmp_path / "model", tmp_path / "onnx")
    np.testing.assert_array_equal(load_exported(tmp_path / "onnx").encode(TEXTS, "query"), before)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["model", "onnx"]


def test_other_weights_under_the_same_name_are_refused(tmp_path: Path) -> None:
    encoder(tmp_path / "model")
    export_encoder(tmp_path / "model", tmp_path / "onnx")
    with (tmp_path / "onnx" / "model.onnx").open("ab") as file:
        file.write(b"\0")
    with pytest.raises(EncoderError, match=r"model\.onnx: not the file"):
        load_exported(tmp_path / "onnx")


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        ("modules.json", "modules.json: there is no such file"),
        ("model.safetensors", "only safetensors are read"),
        ("tokenizer.json", "only fast tokenizers"),
        ("config.json", "config.json: there is no such file"),
    ],
)
def test_a_file_that_is_missing_is_named(tmp_path: Path, broken: str, says: str) -> None:
    encoder(tmp_path / "model")
    (tmp_path / "model" / broken).unlink()
    with pytest.raises(InputError, match=says):
        export_encoder(tmp_path / "model", tmp_path / "onnx")
    assert not (tmp_path / "onnx").exists()


def test_a_precision_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="precision is 'int4', expected one of float32, int8, int8-static"):
        export_encoder(tmp_path, tmp_path / "onnx", "int4")  # type: ignore[arg-type]


def test_a_pooling_without_the_prompt_is_refused(tmp_path: Path) -> None:
    encoder(tmp_path / "model")
    path = tmp_path / "model" / "1_Pooling" / "config.json"
    path.write_bytes(orjson.dumps(orjson.loads(path.read_bytes()) | {"include_prompt": False}))
    with pytest.raises(InputError, match="leaves the prompt out"):
        export_encoder(tmp_path / "model", tmp_path / "onnx")


def test_weights_that_are_missing_are_an_error(tmp_path: Path) -> None:
    """The tensors of a BERT without one of them: no graph of ours, and Transformers would draw it at random."""
    encoder(tmp_path / "model")
    path = tmp_path / "model" / "model.safetensors"
    tensors = load_file(path)
    tensors.pop(next(name for name in tensors if name.endswith("layer.1.output.dense.weight")))
    save_file(tensors, path, metadata={"format": "pt"})
    with pytest.raises(InputError, match=r"layer\.1\.output\.dense\.weight"):
        export_encoder(tmp_path / "model", tmp_path / "onnx")
