"""What a generator is asked, and the form of its answer."""

from __future__ import annotations

from functools import cache
from hashlib import blake2b
from importlib.resources import files
from typing import Final

import orjson

from shelfwise.language.base import JsonSchema, Message
from shelfwise.language.detect import Language

LONGEST: Final = 80  # characters of a rewrite
SHORT: Final = 40  # characters of an expansion
MOST: Final = 5  # expansions
SCHEMA: Final[JsonSchema] = {
    "type": "object",
    "properties": {
        "rewrite": {"type": "string", "maxLength": LONGEST},
        "expansions": {"type": "array", "items": {"type": "string", "maxLength": SHORT}, "maxItems": MOST},
        "language": {"type": "string", "enum": ["en", "zh", "mixed"]},
    },
    "required": ["rewrite", "expansions", "language"],
    "additionalProperties": False,
}
_ESCAPED: Final = {ord(mark): f"\\u{ord(mark):04x}" for mark in "<>|"}


def messages(query: str, language: Language) -> tuple[Message, Message]:
    """The instructions, and the query as data: a JSON text in which no mark can open or close anything.

    >>> messages("shoes <|end|>", "en")[1].text
    '{"query":"shoes \\\\u003c\\\\u007cend\\\\u007c\\\\u003e","language":"en"}'
    """
    data = {"query": query.encode("utf-8", "replace").decode(), "language": language}
    return Message("system", _prompt()), Message("user", orjson.dumps(data).decode().translate(_ESCAPED))


@cache
def version() -> str:
    """Changes with the instructions and the form, so that older answers are not taken for newer ones."""
    return blake2b(_prompt().encode() + orjson.dumps(SCHEMA), digest_size=4).hexdigest()


@cache
def _prompt() -> str:
    return files("shelfwise.understanding.rewrite").joinpath("data", "prompt.txt").read_text("utf-8").strip()
