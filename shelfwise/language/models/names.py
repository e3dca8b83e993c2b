"""How commands and settings name a model: "default", "minilm", NAME or NAME@VERSION of a shop's own, a path, or a
name that Hugging Face knows."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from shelfwise.errors import InputError, NotFoundError
from shelfwise.language.models.store import MODELS, RESERVED, ModelStore

WEIGHTS: Final = "model"  # the part of a version that training goes on from
EXPORT: Final = "onnx"  # the part that serving reads


def store_of(shop: Path) -> ModelStore:
    """The models of a shop's folder."""
    return ModelStore(shop / MODELS)


def split(name: str) -> tuple[str, str | None]:
    """NAME and VERSION of NAME@VERSION; the version is None where none is said. Raises InputError.

    >>> split("ours@0003"), split("ours")
    (('ours', '0003'), ('ours', None))
    """
    model, at, version = name.partition("@")
    if at and not (model and version):
        raise InputError(f"model: found {name!r}, expected NAME or NAME@VERSION.")
    return model, version if at else None


def pinned(name: str, shop: Path) -> str:
    """NAME@VERSION of one of the shop's own models. Raises InputError, NotFoundError."""
    model, version = split(name)
    return f"{model}@{store_of(shop).version(model, version)}"


def is_own(name: str, shop: Path) -> bool:
    """Whether a name is that of one of the shop's own models; with a version it cannot be another's."""
    return name not in RESERVED and ("@" in name or name in store_of(shop).names())


def resolve(name: str, shop: Path, part: str = WEIGHTS) -> Path | str:
    """What a name stands for: a folder, or the name itself where it is no shop's ("default", "minilm", Hugging Face's).

    Of one of the shop's own models it is the folder of a part of the version: "model" to train on, "onnx" to serve,
    its files compared with their digests. A model of the shop goes before a folder of that name in the current one.

    Raises InputError for an empty name, NotFoundError for a version or path that is not there, EncoderError for files
    that were changed.
    """
    if not name.strip():
        raise InputError("model: found nothing, expected a name or a path.")
    if name in RESERVED:
        return name
    if is_own(name, shop):
        return store_of(shop).folder(*split(name), part)
    path = Path(name)
    if path.exists():
        return path
    if path.is_absolute() or name.startswith(".") or name.count("/") > 1:
        raise NotFoundError(f"{name}: there is no such file or folder.")
    return name
