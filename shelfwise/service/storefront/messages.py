"""The texts of all pages, in every language, from one file: messages.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from shelfwise.types import Locale


class Messages:
    """Texts by key and language. `{name}` is replaced by the value of that name; "one | many" chooses by `n`.

    >>> Messages({"cart.count": {"en": "{n} item | {n} items", "zh": "{n} 件"}}).text("en", "cart.count", n=1)
    '1 item'
    """

    def __init__(self, texts: Mapping[str, Mapping[str, str]]) -> None:
        self.texts = texts

    def text(self, locale: Locale, key: str, **values: Any) -> str:
        """The text of a key. Raises KeyError for a key that is not in the file."""
        text = self.texts[key][locale]
        if " | " in text:
            one, many = text.split(" | ", 1)
            text = one if values.get("n") == 1 else many
        return text.format_map(values) if values else text

    def find(self, locale: Locale, key: str) -> str | None:
        """The text of a key that may be missing (names that come from outside)."""
        found = self.texts.get(key)
        return None if found is None else found[locale]


@cache
def read_messages() -> Messages:
    """The catalogue that comes with the package."""
    raw = tomllib.loads((files("shelfwise.service") / "messages.toml").read_text("utf-8"))
    return Messages({f"{group}.{key}": text for group, texts in raw.items() for key, text in texts.items()})
