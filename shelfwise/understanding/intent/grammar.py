"""Utterances from templates: text with slots and alternatives.

    [i want|i need] a {colour} {product}

`{colour}` is a slot: any of its fillers stands there; a slot named twice in a template gets two different fillers.
`[a|b|]` is one of its alternatives, which may be empty and may hold slots. A `#` in a filler is any digit. There is
no nesting.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from shelfwise.errors import InputError

Fillers: TypeAlias = Mapping[str, Sequence[str]]

_CHOICE = re.compile(r"\[([^\[\]]*)\]")
_SLOT = re.compile(r"\{(\w+)\}")
_LEFT_OVER = re.compile(r"[\[\]{}|]")
_TRIES = 8  # draws for each utterance that is wanted; a template with few forms gives fewer


def slots_of(template: str) -> list[str]:
    """Names of the slots of a template, in order.

    >>> slots_of("[a {colour}|the] {product} for my {person}")
    ['colour', 'product', 'person']
    """
    return _SLOT.findall(template)


def check(template: str, fillers: Fillers) -> None:
    """Raise InputError when a template names a slot without enough fillers, or its brackets do not match."""
    names = slots_of(template)
    for name in names:
        if len(fillers.get(name, ())) < names.count(name):
            known = ", ".join(sorted(fillers))
            raise InputError(f"template {template!r}: found slot {name!r}, expected one with fillers: {known}.")
    if _LEFT_OVER.search(_SLOT.sub("", _CHOICE.sub("", template))):
        raise InputError(f"template {template!r}: found brackets that do not match, expected [a|b] and {{slot}}.")


def draw(template: str, fillers: Fillers, dice: random.Random) -> str:
    """One utterance of a template.

    >>> draw("[find|show] {product}", {"product": ["lamps"]}, random.Random(0)) in ("find lamps", "show lamps")
    True
    """
    chosen = _CHOICE.sub(lambda match: dice.choice(match[1].split("|")), template)
    names = _SLOT.findall(chosen)
    left = {name: dice.sample(fillers[name], names.count(name)) for name in dict.fromkeys(names)}
    filled = _SLOT.sub(lambda match: _digits(left[match[1]].pop(), dice), chosen)
    return " ".join(filled.split())


def expand(template: str, fillers: Fillers, count: int, dice: random.Random) -> list[str]:
    """At most `count` different utterances of a template, fewer when it has fewer forms."""
    found: dict[str, None] = {}
    for _ in range(_TRIES * count):
        found[draw(template, fillers, dice)] = None
        if len(found) == count:
            break
    return list(found)


def _digits(filler: str, dice: random.Random) -> str:
    return "".join(dice.choice("0123456789") if sign == "#" else sign for sign in filler)
