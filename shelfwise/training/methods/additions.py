"""What a method added to a transformer and cannot merge: saved beside the plain model, and put back on reading."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import orjson
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import nn

from shelfwise.errors import InputError
from shelfwise.storage import replace_file

SETTINGS: Final = "additions.json"
WEIGHTS: Final = "additions.safetensors"
_MARK: Final = "shelfwise_additions"


@dataclass(frozen=True, slots=True)
class Additions:
    """The method with its settings, and the names of the tensors that it added."""

    method: str
    settings: Mapping[str, Any]
    names: frozenset[str]


def mark(model: nn.Module, method: str, settings: Mapping[str, Any], before: set[str]) -> None:
    """Notes in the model what was added since its tensors had the names `before`.

    Transformers then leaves these tensors out of what it saves, so that the folder is one of a plain model.
    """
    names = frozenset(model.state_dict()) - before
    setattr(model, _MARK, Additions(method, dict(settings), names))
    model._keys_to_ignore_on_save = {*(getattr(model, "_keys_to_ignore_on_save", None) or ()), *names}  # type: ignore[assignment]


def additions(model: nn.Module) -> Additions | None:
    """What was added to the model and is not part of the plain one; None where nothing was."""
    found: Additions | None = getattr(model, _MARK, None)
    return found


def save_additions(model: nn.Module, folder: Path) -> None:
    """Writes what was added to the model: the settings, and the tensors in safetensors.

    Raises:
        InputError: nothing was added, or it is merged.
    """
    added = additions(model)
    if added is None:
        raise InputError(f"{type(model).__name__} has no additions to save; the model itself is all there is.")
    state = model.state_dict()
    save_file({name: state[name].detach().cpu().contiguous() for name in sorted(added.names)}, folder / WEIGHTS)
    replace_file(folder / SETTINGS, orjson.dumps({"method": added.method, "settings": dict(added.settings)}))


def load_additions(model: nn.Module, folder: Path) -> nn.Module:
    """Puts what `save_additions` wrote into a plain model; ready to use, nothing of it set to train.

    Raises:
        InputError: a file is missing, broken, or of another architecture.
    """
    from shelfwise.training.methods.registry import method

    try:
        written = orjson.loads((folder / SETTINGS).read_bytes())
        tensors = load_file(folder / WEIGHTS)
        model = method(written["method"], **written["settings"]).apply(model)
    except (OSError, SafetensorError, orjson.JSONDecodeError, KeyError) as error:
        raise InputError(f"{folder}: the additions of the model cannot be read: {error}.") from error
    wanted = additions(model)
    found = None if wanted is None else wanted.names
    sizes = model.state_dict()
    if found != tensors.keys() or any(sizes[name].shape != value.shape for name, value in tensors.items()):
        raise InputError(f"{folder / WEIGHTS}: additions of another model than this {type(model).__name__}.")
    model.load_state_dict(tensors, strict=False)
    return model.requires_grad_(False)
