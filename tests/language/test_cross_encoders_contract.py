"""What every cross-encoder keeps to."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer, models, pre_tokenizers, processors

from shelfwise.errors import EncoderError
from shelfwise.language.base import CrossEncoder
from shelfwise.language.cross_encoders.fake import FakeCrossEncoder
from shelfwise.language.cross_encoders.onnx import OnnxCrossEncoder
from tests.language.test_encoders_contract import HARD

TEXTS = ["red shoes", "blue phone", "a b c d", "手机 壳", "shoes", "red red blue"]


def tiny_model(folder: Path, width: int = 1) -> Path:
    """s = Σₜ maskₜ · w[idₜ] · (1 + typeₜ): knows tokens, padding and which text of the pair each token is of."""
    words = {"[UNK]": 0, "[SEP]": 1, "red": 2, "blue": 3, "shoes": 4, "phone": 5, "a": 6}
    tokenizer = Tokenizer(models.WordLevel(words, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="$A", pair="$A [SEP] $B:1", special_tokens=[("[SEP]", 1)]
    )
    tokenizer.save(str(folder / "tokenizer.json"))
    table = np.random.default_rng(5).normal(size=(len(words), width)).astype(np.float32)
    names = ("input_ids", "attention_mask", "token_type_ids")
    nodes = [
        helper.make_node("Gather", ["table", "input_ids"], ["w"]),
        helper.make_node("Add", ["token_type_ids", "attention_mask"], ["times"]),
        helper.make_node("Cast", ["times"], ["times.float"], to=TensorProto.FLOAT),
        helper.make_node("Unsqueeze", ["times.float", "two"], ["column"]),
        helper.make_node("Mul", ["w", "column"], ["weighted"]),
        helper.make_node("ReduceSum", ["weighted", "one"], ["score"], keepdims=0),
    ]
    tensors = [numpy_helper.from_array(each, name) for name, each in
               {"table": table, "one": np.array([1]), "two": np.array([2])}.items()]  # fmt: skip
    inputs = [helper.make_tensor_value_info(name, TensorProto.INT64, ["n", "t"]) for name in names]
    out = helper.make_tensor_value_info("score", TensorProto.FLOAT, ["n", width])
    graph = helper.make_graph(nodes, "tiny", inputs, [out], tensors)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
    onnx.save(model, str(folder / "model.onnx"))
    return folder / "model.onnx"


def _onnx(folder: Path) -> CrossEncoder:
    path = tiny_model(folder)
    return OnnxCrossEncoder(path, folder / "tokenizer.json", name="tiny", max_tokens=32, threads=2, batch_tokens=24)


CASES: dict[str, Callable[[Path], CrossEncoder]] = {"fake": lambda folder: FakeCrossEncoder(), "onnx": _onnx}


@pytest.fixture(scope="module", params=sorted(CASES))
def encoder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> CrossEncoder:
    return CASES[request.param](tmp_path_factory.mktemp(request.param))


def test_a_score_a_text(encoder: CrossEncoder) -> None:
    scores = encoder.score("red shoes", TEXTS)
    assert scores.dtype == np.float32
    assert scores.shape == (len(TEXTS),)
    assert encoder.name


def test_no_texts_no_scores(encoder: CrossEncoder) -> None:
    assert encoder.score("red", []).shape == (0,)


def test_order_and_company_do_not_matter(encoder: CrossEncoder) -> None:
    scores = encoder.score("red shoes", TEXTS)
    np.testing.assert_allclose(encoder.score("red shoes", TEXTS[::-1])[::-1], scores, atol=1e-5)
    np.testing.assert_allclose([encoder.score("red shoes", [text])[0] for text in TEXTS], scores, atol=1e-5)


def test_hard_texts(encoder: CrossEncoder) -> None:
    for query in ("red", *HARD):
        assert np.isfinite(encoder.score(query, HARD)).all()


def test_threads_share_it(encoder: CrossEncoder) -> None:
    wanted = encoder.score("red", TEXTS)
    with ThreadPoolExecutor(4) as pool:
        for found in pool.map(lambda _: encoder.score("red", TEXTS), range(12)):
            np.testing.assert_allclose(found, wanted, atol=1e-5)


def test_types_tell_the_two_texts_apart(tmp_path: Path) -> None:
    path = tiny_model(tmp_path)
    w = numpy_helper.to_array(onnx.load(str(path)).graph.initializer[0])[:, 0]
    made = OnnxCrossEncoder(path, tmp_path / "tokenizer.json", name="tiny")
    np.testing.assert_allclose(made.score("red", ["shoes"]), [w[2] + w[1] + 2 * w[4]], atol=1e-6)


def test_more_than_one_score_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(EncoderError, match=r"expected one of \[n, 1\]"):
        OnnxCrossEncoder(tiny_model(tmp_path, width=2), tmp_path / "tokenizer.json", name="tiny")


def test_an_input_that_nobody_knows_is_an_error(tmp_path: Path) -> None:
    path = tiny_model(tmp_path)
    model = onnx.load(str(path))
    model.graph.input.append(helper.make_tensor_value_info("pixels", TensorProto.FLOAT, ["n"]))
    onnx.save(model, str(path))
    with pytest.raises(EncoderError, match="pixels"):
        OnnxCrossEncoder(path, tmp_path / "tokenizer.json", name="tiny").score("a", ["b"])
