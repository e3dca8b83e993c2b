"""The numbers of `parameters.toml`: how simulated shoppers choose. A file may replace some of them."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from shelfwise.errors import InputError

BUILT_IN: Final = Path(__file__).parent / "parameters.toml"

Section = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Parameters:
    """A section each; what a number means stands beside it in the file.

    >>> read_parameters().examination["results"]
    1.0
    """

    taste: Section
    examination: Section
    looking: Section
    buying: Section
    visits: Section
    needs: Section
    after: Section


def read_parameters(file: Path | None = None) -> Parameters:
    """The built-in numbers, those of `file` in their place. Raises InputError with file, key, found and expected."""
    sections: dict[str, dict[str, float]] = tomllib.loads(BUILT_IN.read_text("utf-8"))
    for name, given in _read(file).items() if file is not None else ():
        if name not in sections or not isinstance(given, dict):
            raise InputError(f"{file}: found {name!r}.{_near(name, sections)}")
        for key, value in given.items():
            if key not in sections[name]:
                raise InputError(f"{file}: unknown key {name}.{key}.{_near(key, sections[name])}")
            if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 1e6:
                raise InputError(f"{file}: {name}.{key}: found {value!r}, expected a number.")
            sections[name][key] = value
    return Parameters(**sections)


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except OSError as error:
        raise InputError(f"{file}: cannot be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{file}: not valid TOML: {error}.") from error


def _near(found: str, known: Mapping[str, Any]) -> str:
    near = difflib.get_close_matches(found, known, 1, 0.5)
    return f" Did you mean {near[0]!r}?" if near else f" Expected one of: {', '.join(known)}."
