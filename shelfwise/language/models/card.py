"""What is known of a trained model: what it was made of, how, where, how good it is and what it is not for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, Final, Literal, get_args

import orjson

from shelfwise.errors import EncoderError
from shelfwise.storage import replace_file

FILE: Final = "card.json"
Kind = Literal["encoder", "cross-encoder", "table", "intent", "domain", "prediction"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)


@dataclass(frozen=True, slots=True)
class Card:
    """The card of one version of a model.

    kind: what it does. base: what training began from (a name, or NAME@VERSION of the shop). method: "full", "lora" …
    recipe: all hyper-parameters by name. data: `hash` of the examples, and their sizes by name. seed: of training.
    git: version of the code. machine: what it ran on. made: when (ISO 8601, UTC). parameters: `trained` and `total`.
    metrics: figures by name. limits: what it is not good for, a sentence each. more: fields of the file that this
    version of Shelfwise does not know; they are written back as they were.

    `name` and `version` say where the store keeps it; it fills them in when it reads a card.

    >>> card = Card("encoder", base="default", method="lora", data={"hash": "ab12", "pairs": 300})
    >>> Card.from_json(card.as_json()) == card
    True
    """

    kind: Kind
    name: str = ""
    version: str = ""
    base: str = ""
    method: str = ""
    recipe: Mapping[str, Any] = field(default_factory=dict)
    data: Mapping[str, Any] = field(default_factory=dict)
    seed: int = 0
    git: str = ""
    machine: Mapping[str, Any] = field(default_factory=dict)
    made: str = ""
    parameters: Mapping[str, int] = field(default_factory=dict)
    metrics: Mapping[str, Any] = field(default_factory=dict)
    limits: tuple[str, ...] = ()
    more: Mapping[str, Any] = field(default_factory=dict)

    def write(self, folder: Path) -> None:
        """Writes card.json into a folder. Raises TypeError for a value that JSON has no word for."""
        options = orjson.OPT_INDENT_2 | orjson.OPT_SERIALIZE_NUMPY
        replace_file(folder / FILE, orjson.dumps(self.as_json(), option=options))

    def as_json(self) -> dict[str, Any]:
        """All fields by name, unknown ones beside the others."""
        values = asdict(self)
        return {**values.pop("more"), **values}

    @classmethod
    def read(cls, folder: Path, *, name: str = "", version: str = "") -> Card:
        """The card of a folder, said to be that of `name` and `version` where these are given.

        A card without a kind is of the kind that its name says ("intent"). Raises EncoderError naming file and field.
        """
        file = folder / FILE
        try:
            values = orjson.loads(file.read_bytes())
        except OSError as error:
            raise EncoderError(f"{file}: cannot be read: {error.strerror}.") from error
        except ValueError as error:
            raise EncoderError(f"{file}: not JSON: {error}.") from error
        if not isinstance(values, dict):
            raise EncoderError(f"{file}: found {type(values).__name__}, expected an object of fields.")
        given = {key: value for key, value in {"name": name, "version": version}.items() if value}
        kind = {} if "kind" in values or name not in KINDS else {"kind": name}
        return cls.from_json({**values, **kind, **given}, str(file))

    @classmethod
    def from_json(cls, values: Mapping[str, Any], where: str = "card") -> Card:
        """A card of its fields; `where` is what errors name. Raises EncoderError naming the field."""
        known = {each.name for each in fields(cls)} - {"more"}
        found = {key: value for key, value in values.items() if key in known}
        if isinstance(found.get("data"), str):  # heads of intents keep the digest alone
            found["data"] = {"hash": found["data"]}
        if "kind" not in found:
            raise EncoderError(f"{where}: field kind: missing, expected one of {', '.join(KINDS)}.")
        for key, value in found.items():
            _check(where, key, value)
        found["limits"] = tuple(found.get("limits", ()))
        return cls(**found, more={key: value for key, value in values.items() if key not in known})


_TEXTS: Final = ("name", "version", "base", "method", "git", "made")


def _check(where: str, key: str, value: Any) -> None:
    if key == "kind":
        right, expected = value in KINDS, f"one of {', '.join(KINDS)}"
    elif key in _TEXTS:
        right, expected = isinstance(value, str), "a text"
    elif key == "seed":
        right, expected = isinstance(value, int) and not isinstance(value, bool), "a whole number"
    elif key == "limits":
        right, expected = isinstance(value, list | tuple) and all(isinstance(one, str) for one in value), "texts"
    else:
        right, expected = isinstance(value, Mapping), "an object"
    if not right:
        raise EncoderError(f"{where}: field {key}: found {value!r}, expected {expected}.")
