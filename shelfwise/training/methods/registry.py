"""The methods by name."""

from __future__ import annotations

import difflib
from dataclasses import fields
from typing import Any, Final

from shelfwise.errors import SettingsError
from shelfwise.training.methods.adalora import AdaLoRA
from shelfwise.training.methods.base import Method
from shelfwise.training.methods.bottleneck import Bottleneck
from shelfwise.training.methods.frozen import Frozen
from shelfwise.training.methods.full import Full
from shelfwise.training.methods.lora import LoRA
from shelfwise.training.methods.prefix import Prefix

_KINDS: Final = {kind.name: kind for kind in (Full, LoRA, AdaLoRA, Prefix, Bottleneck, Frozen)}
METHODS: Final = tuple(_KINDS)


def method(name: str, **settings: Any) -> Method:
    """The method of that name.

    >>> method("lora", rank=8).name
    'lora'
    >>> method("lorra")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    shelfwise.errors.SettingsError: No method of training 'lorra'. Did you mean 'lora'? Known: full, lora, ...

    Raises:
        SettingsError: no such method, or it has no such setting.
    """
    if name not in _KINDS:
        raise SettingsError(f"No method of training {name!r}.", hint=_hint(name, METHODS))
    known = [field.name for field in fields(_KINDS[name])]
    for setting in settings:
        if setting not in known:
            raise SettingsError(f"The method {name} has no setting {setting!r}.", hint=_hint(setting, known))
    return _KINDS[name](**settings)


def _hint(name: str, known: list[str] | tuple[str, ...]) -> str:
    near = difflib.get_close_matches(name, known, 1, 0.4)
    meant = f"Did you mean {near[0]!r}? " if near else ""
    return f"{meant}Known: {', '.join(known)}."
