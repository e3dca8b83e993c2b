"""From settings to a generator."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from shelfwise.errors import GeneratorError, SettingsError
from shelfwise.language.base import Generator
from shelfwise.settings import GeneratorSettings

BOOK: Final = "cache/generator.db"


def generator_of(
    settings: GeneratorSettings, *, folder: Path = Path(), environment: Mapping[str, str] | None = None
) -> Generator | None:
    """The generator that the settings name, within their budget of the hour and the day; None for kind "none".

    Parameters: `folder` is the shop's: what a relative `path` is relative to, and where the book of spent tokens is
    kept; `environment` is where the key of an endpoint is read from, os.environ if None.

    Raises:
        GeneratorError: the generator cannot be loaded.
        MissingExtraError: it needs a package that is not installed.
        SettingsError: a setting that this kind needs is empty.
    """
    if settings.kind == "none":
        return None
    generator = _LOADERS[settings.kind](settings, folder, os.environ if environment is None else environment)
    if not settings.tokens_per_hour and not settings.tokens_per_day:
        return generator
    from shelfwise.language.generators.metered import MeteredGenerator

    return MeteredGenerator(generator, folder / BOOK, hourly=settings.tokens_per_hour, daily=settings.tokens_per_day)


def _load_openai(settings: GeneratorSettings, folder: Path, environment: Mapping[str, str]) -> Generator:
    from shelfwise.language.generators.openai import OpenAIGenerator

    return OpenAIGenerator(
        _need(settings, "url"),
        _need(settings, "model"),
        key=environment.get(settings.key_variable, ""),
        stream=settings.stream,
        form=settings.form,
        limit=settings.limit,
        options=settings.options,
    )


def _load_transformers(settings: GeneratorSettings, folder: Path, environment: Mapping[str, str]) -> Generator:
    from shelfwise.language.generators.transformers import TransformersGenerator

    path = folder / _need(settings, "path")
    if not path.is_dir():
        raise GeneratorError(f"generator.path: there is no folder {path}.")
    return TransformersGenerator(path)


def _need(settings: GeneratorSettings, key: str) -> str:
    value: str = getattr(settings, key)
    if not value:
        raise SettingsError(f'generator.{key} is empty; generator.kind = "{settings.kind}" needs it.')
    return value


# Each imports its own generator, so that a shop loads only the libraries of the one that it uses.
_LOADERS: Final[dict[str, Callable[[GeneratorSettings, Path, Mapping[str, str]], Generator]]] = {
    "openai": _load_openai,
    "transformers": _load_transformers,
}
