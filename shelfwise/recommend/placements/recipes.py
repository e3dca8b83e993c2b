"""Recipes of placements: data, not code. The built-in ones stand in `placements.toml`; a shop's own file wins.

```toml
[[home.row]]
key = "for_you"
title = { en = "For you", zh = "为您推荐" }
from = { ease = 1.0, similar = 0.5, popular = 0.1 }   # generator → weight
```
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal, TypeAlias

from pydantic import Field, ValidationError

from shelfwise.errors import SettingsError
from shelfwise.settings import Section
from shelfwise.types import Locale

BUILT_IN: Final = Path(__file__).parent / "placements.toml"
PLACEMENTS: Final = ("home", "category", "product", "cart", "zero_results", "search", "email")
Seeds: TypeAlias = Literal["page", "recent", "cart"]
Texts: TypeAlias = dict[Locale, Annotated[str, Field(min_length=1, max_length=120)]]


class RowRecipe(Section):
    """How one row is made.

    from: generator → weight in the blend. fill: the same for what completes a row that has something of its own, and
    makes none alone. seeds: what the row is about: the products of the page, the product that was looked at last
    ("recent"), or what lies in the cart. personal: only for a shopper of whom something is known. learnt: weights that
    were learnt from the shop's log take the place of those here, where there are any. spread: 0 takes the best only, 1
    the most unlike only (MMR). per_brand, per_category: at most so many of one; a category that the shopper likes may
    have more. minimum: a row of fewer products is left out. bought: products bought already may come. unseen: what was
    touched lately may not. own: only products of the page's category, where the page has one.
    In titles {product}, {category} and {query} stand for what the row goes back to.
    """

    key: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
    title: Texts
    sources: Annotated[dict[str, Annotated[float, Field(gt=0, le=100)]], Field(alias="from", min_length=1)]
    fill: dict[str, Annotated[float, Field(gt=0, le=100)]] = Field(default={})
    seeds: Seeds = "page"
    personal: bool = False
    spread: float = Field(default=0.2, ge=0, le=1)
    per_brand: int = Field(default=0, ge=0, description="0: no bound")
    per_category: int = Field(default=0, ge=0, description="0: no bound")
    minimum: int = Field(default=3, ge=1, le=50)
    limit: int = Field(default=0, ge=0, le=100, description="0: as many as were asked for")
    depth: int = Field(default=100, ge=1, le=1_000, description="candidates asked of each generator")
    learnt: bool = False
    bought: bool = False
    unseen: bool = False
    own: bool = False

    @property
    def weights(self) -> dict[str, float]:
        """The generators of the row and of what fills it, and what each weighs."""
        return {**self.sources, **self.fill}


class Placement(Section):
    """The rows of a placement, in the order in which they choose products."""

    row: tuple[RowRecipe, ...] = Field(min_length=1, max_length=20)


Recipes: TypeAlias = Mapping[str, Placement]


def read_recipes(file: Path | None, generators: Collection[str] | None = None) -> Recipes:
    """The recipes of all placements: those of `file` (which need not exist) in place of the built-in ones.

    generators: names that rows may use; None: any. Raises SettingsError with file, place, what was found and what was
    expected.

    >>> sorted(read_recipes(None)) == sorted(PLACEMENTS)
    True
    """
    found = _read(BUILT_IN, generators)
    if file is not None and file.is_file():
        found |= _read(file, generators)
    return found


def _read(file: Path, generators: Collection[str] | None) -> dict[str, Placement]:
    try:
        raw = tomllib.loads(file.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{file}: not valid TOML: {error}.") from error
    return {name: _placement(file, name, given, generators) for name, given in raw.items()}


def _placement(file: Path, name: str, given: Any, generators: Collection[str] | None) -> Placement:
    if name not in PLACEMENTS:
        raise SettingsError(f"{file}: found placement {name!r}, expected one of {', '.join(PLACEMENTS)}.")
    try:
        placement = Placement.model_validate(given)
    except ValidationError as error:
        raise SettingsError(f"{file}: {_explain(name, error)}") from error
    keys = [row.key for row in placement.row]
    for key in keys:
        if keys.count(key) > 1:
            raise SettingsError(f"{file}: {name}: found two rows with the key {key!r}, expected each key once.")
    for row in placement.row:
        for source in row.weights if generators is not None else ():
            if source not in (generators or ()):
                raise SettingsError(
                    f"{file}: {name}.{row.key}.from: found generator {source!r}.{_near(source, generators or ())}"
                )
    return placement


def _explain(name: str, error: ValidationError) -> str:
    first = error.errors()[0]
    where = ".".join([name, *(str(part) for part in first["loc"])])
    if first["type"] != "extra_forbidden":
        return f"{where}: {first['msg']}; found {first['input']!r}."
    known = ["from" if field == "sources" else field for field in RowRecipe.model_fields]
    return f"unknown key {where}.{_near(str(first['loc'][-1]), known)}"


def _near(found: str, known: Collection[str]) -> str:
    near = difflib.get_close_matches(found, known, 1, 0.5)
    return f" Did you mean {near[0]!r}?" if near else f" Expected one of: {', '.join(sorted(known))}."
