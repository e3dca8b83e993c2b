"""The encoders that a shop has open: that of its settings, and that of the index in service, where it is another."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import orjson

from shelfwise.errors import EncoderError
from shelfwise.indexing import name_of
from shelfwise.language.base import Encoder
from shelfwise.language.cache import CachedEncoder
from shelfwise.language.encoders.identity import identified, identity
from shelfwise.language.encoders.registry import load_encoder
from shelfwise.retrieval.generations import Manifest
from shelfwise.settings import EncoderSettings

VECTORS: Final = "cache/vectors.db"


class Encoders:
    """Loads each encoder once, with the shop's cache before it. Threads may share it.

    settings: gives the shop's settings as they are now. Vectors of two encoders have nothing to do with each other,
    so an index is searched, and kept current, by the encoder that it was built with.
    """

    def __init__(self, folder: Path, settings: Callable[[], EncoderSettings]) -> None:
        self._folder = folder
        self._settings = settings
        self._open: dict[bytes, Encoder | None] = {}
        self._lock = threading.RLock()

    def of_settings(self) -> Encoder | None:
        """The encoder that the settings name, with which the next index is built. Raises EncoderError and others."""
        return self.load(self._settings())

    def load(self, settings: EncoderSettings) -> Encoder | None:
        """The encoder that these settings name. Raises EncoderError, MissingExtraError, SettingsError."""
        settings = identified(settings, identity(settings, self._folder))
        key = _key(settings)
        with self._lock:
            if key not in self._open:
                loaded = load_encoder(settings, folder=self._folder)
                self._open[key] = None if loaded is None else CachedEncoder(loaded, self._folder / VECTORS)
            return self._open[key]

    def of(self, manifest: Manifest) -> Encoder | None:
        """The encoder that an index was built with; None, so that it is searched by words only, where there is none
        that gives the same vectors, or the settings want none. Raises EncoderError for one that cannot be loaded."""
        settings = self._settings()
        if settings.kind == "none":
            return None
        encoder = self.load(identified(settings, manifest.encoder) if manifest.encoder else settings)
        return encoder if name_of(encoder) == manifest.versions.get("encoder") else None

    def about(self, settings: EncoderSettings | None = None) -> dict[str, Any]:
        """What an index built with these settings, or the shop's, keeps of its encoder. Raises EncoderError."""
        return identity(settings or self._settings(), self._folder)

    def outdated(self, manifest: Manifest) -> bool:
        """Whether the settings name another encoder than an index was built with."""
        if not manifest.encoder:
            return name_of(self.of_settings()) != manifest.versions.get("encoder")
        try:
            return self.about() != manifest.encoder
        except EncoderError:
            return True

    def release(self, used: Encoder | None) -> None:
        """Let go of all but the one in use and that of the settings. Searches under way come to their end."""
        with self._lock, suppress(EncoderError):
            wanted = _key(identified(self._settings(), self.about()))
            for key, encoder in list(self._open.items()):
                if encoder is not used and key != wanted:
                    self._close(key)

    def close(self) -> None:
        """Let go of all."""
        with self._lock:
            for key in list(self._open):
                self._close(key)

    def _close(self, key: bytes) -> None:
        encoder = self._open.pop(key)
        if isinstance(encoder, CachedEncoder):
            encoder.close()


def _key(settings: EncoderSettings) -> bytes:
    return orjson.dumps(settings.model_dump())
