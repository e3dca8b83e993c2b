"""From the columns of a feed to the fields of a product, written in a TOML file that people can edit.

```toml
language = "en"
currency = "USD"

[fields]                                                    # a column, a table, or a list of them
id = "sku"
title = "name"
price = { column = "cents", scale = 0.01 }
category = { column = "path", separator = " > " }
codes = ["ean", { column = "model", only = '\\d' }]         # lists join; for single values the first that is not empty
brand = { constant = "Nordlicht" }

[translations.zh]
title = "title_zh"

[[attributes]]
pattern = "attr_*"                                          # the part for * becomes the key
[[attributes]]
pattern = "RAM"
key = "memory"
type = "number"
unit = "GB"
```
"""

from __future__ import annotations

import difflib
import re
import tomllib
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar, get_args

import tomlkit
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from shelfwise.errors import FeedError

PRESETS = ("icecat", "google_merchant", "shopify")


class Table(BaseModel):
    """A table of a mapping file: unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Source(Table):
    """Where a field's value comes from, and how it is written there.

    column or constant: one of them. separator: cuts a text into a list or a path. scale: what a price is multiplied
    with (0.01 for cents). currency, currency_column: of a price that does not say it itself. format: of a time, for
    strptime, or "unix" (also "unix_ms", "unix_us", "unix_ns"). only: a regular expression that the value must contain,
    or it counts as empty. html: tags are taken out.
    """

    column: str | None = None
    constant: str | float | bool | None = None
    separator: str | None = Field(default=None, min_length=1)
    scale: float | None = Field(default=None, gt=0)
    currency: str | None = None
    currency_column: str | None = None
    format: str | None = None
    only: str | None = None
    html: bool = False

    @model_validator(mode="after")
    def _one_of_both(self) -> Source:
        if (self.column is None) == (self.constant is None):
            raise ValueError("expected either column or constant")
        if self.only is not None:
            try:
                re.compile(self.only)
            except re.error as error:
                raise ValueError(f"only: not a regular expression: {error}") from error
        return self


def as_sources(value: Any) -> Any:
    """A column, a table or a list of them, as a list of tables."""
    items = value if isinstance(value, list | tuple) else [value]
    return tuple({"column": item} if isinstance(item, str) else item for item in items)


T = TypeVar("T", bound=Table)
Sources = Annotated[tuple[Source, ...], BeforeValidator(as_sources)]


class Fields(Table):
    """The sources of each field of a product."""

    id: Sources = ()
    title: Sources = ()
    description: Sources = ()
    brand: Sources = ()
    category: Sources = ()
    price: Sources = ()
    list_price: Sources = ()
    available: Sources = ()
    stock: Sources = ()
    images: Sources = ()
    url: Sources = ()
    rating: Sources = ()
    rating_count: Sources = ()
    language: Sources = ()
    tags: Sources = ()
    codes: Sources = ()
    released: Sources = ()
    updated: Sources = ()
    variants: Sources = ()


class TranslatedFields(Table):
    """The sources of a product's texts in another language."""

    title: Sources
    description: Sources = ()
    category: Sources = ()


class AttributeRule(Table):
    """Columns that become attributes: one by its name, or many by a pattern with one `*`.

    key: `*` in it stands for the part of the column that `*` matched; empty: that part, or the column's own name.
    type: "auto" keeps the type of JSON or Parquet, and text from CSV. "number" also reads "16 GB". A value that is
    not of the type is kept as text.
    """

    pattern: str = Field(min_length=1)
    key: str = ""
    type: Literal["auto", "text", "number", "boolean", "list"] = "auto"
    unit: str | None = None
    separator: str = Field(default=",", min_length=1)


class FeedMapping(Table):
    """A mapping file. The first attribute rule that a column fits counts; columns without a use are passed over."""

    format: str | None = None
    encoding: str | None = None
    delimiter: str | None = Field(default=None, min_length=1, max_length=1)
    language: Literal["en", "zh"] | None = None
    currency: str | None = None
    fields: Fields
    translations: dict[Literal["en", "zh"], TranslatedFields] = Field(default_factory=dict)
    attributes: tuple[AttributeRule, ...] = ()

    def columns(self) -> tuple[str, ...]:
        """The columns that fields and translations are read from, in the order of the file."""
        tables = [self.fields, *self.translations.values()]
        sources = [source for table in tables for name in type(table).model_fields for source in getattr(table, name)]
        return tuple(dict.fromkeys(source.column for source in sources if source.column is not None))

    def to_toml(self) -> str:
        """The file's text; `parse` reads the same mapping back."""
        values = self.model_dump(exclude_defaults=True, exclude_none=True)
        for table in [values["fields"], *values.get("translations", {}).values()]:
            shorten(table)
        if "attributes" in values:
            values["attributes"] = list(values["attributes"])
        return tomlkit.dumps(values)


def shorten(table: dict[str, Any]) -> None:
    """Write each field's sources as people would: a column by its name, one source without a list."""
    for name, sources in table.items():
        short = [source["column"] if list(source) == ["column"] else source for source in sources]
        table[name] = short[0] if len(short) == 1 else short


def read_mapping(path: Path) -> FeedMapping:
    """The mapping in a TOML file. Raises FeedError that names the key, what was found and what was expected."""
    return parse(read_text(path), str(path))


def read_text(path: Path) -> str:
    """The text of a mapping file. Raises FeedError."""
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise FeedError(f"{path}: cannot be read: {error}.") from error


def preset(name: str) -> FeedMapping:
    """The ready mapping of a format (see PRESETS)."""
    file = resources.files("shelfwise.catalog.mappings") / f"{name}.toml"
    return parse(file.read_text("utf-8"), f"{name}.toml")


def parse(text: str, file: str = "mapping") -> FeedMapping:
    """The mapping in a TOML text. Raises FeedError.

    >>> parse('[fields]\\nid = "sku"\\ntitel = "name"')
    Traceback (most recent call last):
    shelfwise.errors.FeedError: mapping: unknown key fields.titel. Did you mean 'title'?
    """
    mapping = parsed(text, file, FeedMapping)
    if not mapping.fields.id:
        raise FeedError(f"{file}: fields.id: no column given; expected the column with the product's id.")
    for rule in mapping.attributes:
        if rule.pattern.count("*") > 1:
            raise FeedError(f"{file}: attributes: found pattern {rule.pattern!r}; expected one * at most.")
    return mapping


def parsed(text: str, file: str, model: type[T]) -> T:
    """A TOML text as a table. Raises FeedError that names the key, and the nearest known one."""
    try:
        return model.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise FeedError(f"{file}: not valid TOML: {error}.") from error
    except ValidationError as error:
        raise FeedError(f"{file}: {_explain(error, model)}") from error


def _explain(error: ValidationError, model: type[Table]) -> str:
    # A misspelt key also leaves the right one missing; the misspelling is what there is to mend.
    first = min(error.errors(), key=lambda each: each["type"] != "extra_forbidden")
    path = [str(part) for part in first["loc"]]
    if first["type"] != "extra_forbidden":
        return f"{'.'.join(path)}: {first['msg']}; found {first['input']!r}."
    known = list(_table_at(path, model).model_fields)
    near = difflib.get_close_matches(path[-1], known, 1, 0.4)
    hint = f"Did you mean {near[0]!r}?" if near else f"Known keys: {', '.join(known)}."
    return f"unknown key {'.'.join(path)}. {hint}"


def _table_at(path: list[str], model: type[Table]) -> type[Table]:
    """The table that holds the key at the end of `path`."""
    for part in path[:-1]:  # a part that is no field is a place in a list, or a key that people choose
        field = model.model_fields.get(part)
        model = (_table_in(field.annotation) if field else None) or model
    return model


def _table_in(annotation: Any) -> type[Table] | None:
    if isinstance(annotation, type) and issubclass(annotation, Table):
        return annotation
    return next((found for each in get_args(annotation) if (found := _table_in(each))), None)
