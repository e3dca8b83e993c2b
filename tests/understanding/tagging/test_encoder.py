"""The tuned encoder, on a small one with random weights."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import numpy as np
import onnxruntime
import pytest

from shelfwise.errors import CorruptIndexError, InputError, MissingExtraError
from shelfwise.language.encoders.e5_weights import BLOCK, Q4, E5Weights
from shelfwise.understanding.tagging import encoder as module
from shelfwise.understanding.tagging.base import Span, Tagged
from shelfwise.understanding.tagging.characters import LONGEST, Characters
from shelfwise.understanding.tagging.crf import CrfTagger
from shelfwise.understanding.tagging.encoder import MODEL, NAMES, Averaged, EncoderTagger
from shelfwise.understanding.tagging.graph import OUTPUT, tagging_graph
from shelfwise.understanding.tagging.training import open_tagger, train_tagger
from shelfwise.understanding.tagging.units import split

HIDDEN, INNER, LAYERS = 32, 64, 2
CHARACTERS = "\u2581abcdefghijklmnopqrstuvwxyz0123456789手机壳小米华为鼠标"
TEXTS = [
    Tagged(f"{brand}{thing}{i}", (Span(0, len(brand), "b"), Span(len(brand), len(brand) + len(thing), "p")))
    for brand in ("小米", "华为", "acme", "zed")
    for thing in ("手机壳", "鼠标", "手机")
    for i in range(4)
]
needs_torch = pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="needs the extra `train`")


def _weights() -> E5Weights:
    rng = np.random.default_rng(0)
    pieces = [("<s>", 0.0), ("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), ("手机", -1.0)]
    pieces += [(char, -2.0) for char in CHARACTERS]

    def q4(rows: int, columns: int) -> Q4:
        shape = (rows, columns // BLOCK)
        return Q4(rng.integers(0, 16, (*shape, BLOCK)).astype(np.uint8), np.full(shape, 0.03, np.float32))

    def row(size: int, around: float = 0.0) -> np.ndarray:
        return (around + 0.05 * rng.standard_normal(size)).astype(np.float32)

    floats = {
        "emb.pos": row(300 * HIDDEN),
        "emb.type": row(HIDDEN),
        "emb.ln.w": row(HIDDEN, 1),
        "emb.ln.b": row(HIDDEN),
    }
    blocks = {"emb.word": q4(len(pieces), HIDDEN)}
    for layer in range(LAYERS):
        for part, (rows, columns) in {
            **dict.fromkeys(("q", "k", "v", "ao"), (HIDDEN, HIDDEN)),
            "fi": (INNER, HIDDEN),
            "fo": (HIDDEN, INNER),
        }.items():
            blocks[f"l{layer}.{part}.w"], floats[f"l{layer}.{part}.b"] = q4(rows, columns), row(rows)
        for part in ("aln", "oln"):
            floats[f"l{layer}.{part}.w"], floats[f"l{layer}.{part}.b"] = row(HIDDEN, 1), row(HIDDEN)
    return E5Weights(HIDDEN, LAYERS, 2, 1e-12, pieces, 0, 2, 1, 3, {}, floats, blocks, "test")


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "packed_file", Path)
    monkeypatch.setattr(module, "read_weights", lambda path: _weights())


def test_characters_and_places_of_units() -> None:
    characters = Characters.of(_weights())
    assert set(characters.known) == set(CHARACTERS)
    encoded = characters.encode(split("usb 手☃"))
    names = ["<s>", "<pad>", "</s>", "<unk>", *characters.known]
    assert [names[at] for at in encoded.ids] == ["<s>", "u", "s", "b", "\u2581", "手", "<unk>", "</s>"]
    assert encoded.firsts == [1, 5, 6]


def test_a_long_text_is_cut_at_a_unit() -> None:
    encoded = Characters.of(_weights()).encode(split("手机 " * 190))
    assert len(encoded.ids) <= LONGEST + 2
    assert max(encoded.firsts) < len(encoded.ids) - 1


@needs_torch
def test_the_graph_computes_what_was_trained() -> None:
    import torch

    from shelfwise.understanding.tagging import network

    weights = _weights()
    characters = Characters.of(weights)
    torch.manual_seed(1)
    model = network._Network(weights, characters, 5).eval()
    graph = tagging_graph(model.tuned(weights, characters), characters, eight_bits=False)
    session = onnxruntime.InferenceSession(graph.SerializeToString(), providers=["CPUExecutionProvider"])
    ids = np.array([[0, 9, 17, 30, 2], [0, 5, 2, 1, 1]])
    found = session.run([OUTPUT], {"input_ids": ids, "attention_mask": (ids != 1).astype(np.int64)})[0]
    with torch.inference_mode():
        expected = model(torch.tensor(ids), torch.tensor(ids != 1)).softmax(-1).numpy()
    assert found[0] == pytest.approx(expected[0], abs=1e-5)
    assert found[1, :3] == pytest.approx(expected[1, :3], abs=1e-5)


@needs_torch
def test_it_learns_is_saved_and_opened(small: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from shelfwise.understanding.tagging import network

    monkeypatch.setattr(network, "RATE", 3e-3)
    monkeypatch.setattr(network, "HEAD_RATE", 1e-2)
    monkeypatch.setattr(network, "EPOCHS", 15)
    tagger = EncoderTagger.fit(TEXTS, seed=0)
    right = sum(tagger.tag(text.text) == list(text.spans) for text in TEXTS)
    assert right > 0.9 * len(TEXTS)
    tagger.save(tmp_path)
    again = EncoderTagger.open(tmp_path)
    for text in TEXTS[:5]:
        assert again.lattice(text.text).marginals == pytest.approx(tagger.lattice(text.text).marginals)
    beyond = again.lattice("手" * 300)
    assert len(beyond.marginals) == 300
    assert beyond.marginals.sum(axis=1) == pytest.approx(1.0)
    assert all(span.end <= LONGEST for span in beyond.spans())
    both = Averaged(CrfTagger.fit(TEXTS), again)
    assert both.tag(TEXTS[0].text) == list(TEXTS[0].spans)
    for odd in ("", " ", "\x00", "\ud800", "手" * 500, "x" * 500):
        both.tag(odd)


@needs_torch
def test_both_models_are_written_and_opened(small: None, tmp_path: Path) -> None:
    lines = []
    for text in TEXTS:
        for at, char in enumerate(text.text):
            span = next((span for span in text.spans if span.start <= at < span.end), None)
            tag = "O" if span is None else f"{'IB'[at == span.start]}-{span.kind}"
            lines.append(f"{char} {tag}\n")
        lines.append("\n")
    path = tmp_path / "texts.txt"
    path.write_text("".join(lines), "utf-8")
    card = train_tagger(path, path, tmp_path / "shop", method="encoder")
    assert (card["method"], card["seen"], card["f1"]) == ("encoder", len(TEXTS), 1.0)
    assert isinstance(open_tagger(tmp_path / "shop").tagger, Averaged)
    train_tagger(path, path, tmp_path / "shop", method="crf")
    assert isinstance(open_tagger(tmp_path / "shop").tagger, CrfTagger)


@needs_torch
def test_nothing_to_learn_from(small: None) -> None:
    with pytest.raises(InputError, match="no span"):
        EncoderTagger.fit([Tagged("手机")])


def test_without_pytorch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match=r"shelfwise\[train\]"):
        EncoderTagger.fit(TEXTS)


@pytest.mark.parametrize("content", [b"", b"nonsense"])
def test_damaged_files(tmp_path: Path, content: bytes) -> None:
    (tmp_path / NAMES).write_text('{"labels": ["O"], "characters": "a"}')
    (tmp_path / MODEL).write_bytes(content)
    with pytest.raises(CorruptIndexError, match=MODEL):
        EncoderTagger.open(tmp_path)


def test_tagging_needs_no_pytorch() -> None:
    for name in ("training", "encoder", "graph", "step"):
        source = Path(sys.modules[module.__name__].__file__ or "").with_name(f"{name}.py").read_text("utf-8")
        assert "\nimport torch" not in source
