"""From settings to generators."""

from __future__ import annotations

from pathlib import Path

import pytest

from shelfwise.errors import GeneratorError, SettingsError
from shelfwise.language.base import Message
from shelfwise.language.generators import generator_of
from shelfwise.language.generators.metered import MeteredGenerator
from shelfwise.language.generators.openai import OpenAIGenerator
from shelfwise.settings import GeneratorSettings
from tests.language.chat_server import ChatServer, whole
from tests.language.generator_cases import tiny_language_model


def test_none_is_the_default() -> None:
    assert generator_of(GeneratorSettings()) is None


def test_the_endpoint_takes_its_settings(tmp_path: Path) -> None:
    with ChatServer("", whole("yes")) as server:
        settings = GeneratorSettings(
            kind="openai",
            url=server.url,
            model="m",
            key_variable="SHOP_KEY",
            stream=False,
            limit="max_completion_tokens",
            options={"seed": 7},
        )
        generator = generator_of(settings, folder=tmp_path, environment={"SHOP_KEY": "k-1", "OPENAI_API_KEY": "other"})
        assert isinstance(generator, MeteredGenerator)
        assert "".join(generator.generate([Message("user", "well?")])) == "yes"
        generator.close()
    assert server.headers[0]["authorization"] == "Bearer k-1"
    assert server.requests[0]["seed"] == 7
    assert "temperature" not in server.requests[0]
    assert server.requests[0]["max_completion_tokens"] == 512
    assert (tmp_path / "cache" / "generator.db").exists()


def test_without_bounds_there_is_no_book(tmp_path: Path) -> None:
    settings = GeneratorSettings(kind="openai", url="http://h/v1", model="m", tokens_per_hour=0, tokens_per_day=0)
    assert isinstance(generator_of(settings, folder=tmp_path), OpenAIGenerator)
    assert list(tmp_path.iterdir()) == []


def test_a_model_in_the_shops_folder(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    tiny_language_model(tmp_path / "models")
    generator = generator_of(GeneratorSettings(kind="transformers", path="models"), folder=tmp_path)
    assert generator is not None
    assert generator.name.startswith("transformers-models-")


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(GeneratorError, match=r"generator\.path: there is no folder .*missing"):
        generator_of(GeneratorSettings(kind="transformers", path="missing"), folder=tmp_path)


@pytest.mark.parametrize(
    ("settings", "key"),
    [
        (GeneratorSettings(kind="transformers"), "path"),
        (GeneratorSettings(kind="openai", model="m"), "url"),
        (GeneratorSettings(kind="openai", url="http://h/v1"), "model"),
    ],
)
def test_what_a_kind_needs(settings: GeneratorSettings, key: str) -> None:
    with pytest.raises(SettingsError, match=rf"generator\.{key} is empty"):
        generator_of(settings)
