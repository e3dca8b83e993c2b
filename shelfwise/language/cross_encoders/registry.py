"""From a name to a cross-encoder."""

from __future__ import annotations

from pathlib import Path

from shelfwise.errors import NotFoundError
from shelfwise.language.base import CrossEncoder
from shelfwise.language.cross_encoders.onnx import OnnxCrossEncoder
from shelfwise.language.models.names import EXPORT, resolve


def open_cross_encoder(name: str, shop: Path = Path(), *, threads: int = 0) -> CrossEncoder:
    """NAME or NAME@VERSION of the shop's own cross-encoders, or the folder of an exported one.

    Raises:
        NotFoundError: there is none of that name.
        EncoderError: it cannot be loaded, was changed, or is no cross-encoder.
    """
    found = resolve(name, shop, EXPORT)
    if not isinstance(found, Path):
        raise NotFoundError(
            f"{name}: no cross-encoder of that name in {shop}.", hint="Train one: shelfwise train cross-encoder"
        )
    return OnnxCrossEncoder.load(found, threads)
