"""What an endpoint for chat completions is sent, and how its answers are read.

Whole: {"choices": [{"message": {"content": text}, "finish_reason": "stop"}]}. As a stream: lines `data: {…}` with
{"choices": [{"delta": {"content": piece}}]}, the last with a finish_reason, then `data: [DONE]`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

import orjson

from shelfwise.language.base import JsonSchema, Message

BOUNDS: Final = frozenset({"minLength", "maxLength", "minItems", "maxItems", "minimum", "maximum", "pattern"})
_WORD: Final = re.compile(r"[A-Za-z0-9_.\-\[\]]{1,64}")


class AnswerError(ValueError):
    """An answer that is none; the message holds nothing that was sent or received but identifiers."""


def written(messages: Sequence[Message]) -> list[dict[str, str]]:
    """Messages as an endpoint takes them; lone surrogates, which no JSON text may hold, become question marks."""
    return [{"role": each.role, "content": each.text.encode("utf-8", "replace").decode()} for each in messages]


def unbounded(schema: Any) -> Any:
    """A schema without bounds of lengths and values, which endpoints refuse; whoever asks checks them.

    >>> unbounded({"type": "array", "items": {"type": "string", "maxLength": 9}, "maxItems": 5})
    {'type': 'array', 'items': {'type': 'string'}}
    """
    if isinstance(schema, list | tuple):
        return [unbounded(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: {name: unbounded(each) for name, each in value.items()} if key == "properties" else unbounded(value)
        for key, value in schema.items()
        if key not in BOUNDS
    }


def response_format(form: str, schema: JsonSchema) -> dict[str, Any]:
    """How the schema is asked for: as such, or (form "json_object") only as some JSON."""
    if form == "json_object":
        return {"type": "json_object"}
    held = {"name": "answer", "strict": True, "schema": unbounded(dict(schema))}
    return {"type": "json_schema", "json_schema": held}


def pieces(lines: Iterable[bytes], *, stream: bool, whole: bool) -> Iterator[str]:
    """The text of an answer. With `whole` one that was cut short is an error.

    Raises AnswerError where it is no answer, breaks off, or was withheld.
    """
    finish = None
    for event in _events(lines) if stream else [b"\n".join(lines)]:
        text, finish = _read(event, "delta" if stream else "message", finish)
        if text:
            yield text
    if finish is None:
        raise AnswerError("the answer breaks off")
    if finish != "stop" and (whole or finish != "length"):
        raise AnswerError(f"the answer ended with {_identifier(finish)}, not stop")


def _events(lines: Iterable[bytes]) -> Iterator[bytes]:
    for line in lines:
        if line.startswith(b"data:"):
            data = line[5:].strip()
            if data == b"[DONE]":
                return
            yield data


def _read(event: bytes, part: str, finish: Any) -> tuple[str, Any]:
    """The text of one event, and why the answer ended if it did."""
    try:
        value = orjson.loads(event)
        if "error" in value:
            raise AnswerError(f"the answer is an error: {identifiers(event)}")
        if not value["choices"] and part == "delta":  # a last event may tell only what was used
            return "", finish
        choice = value["choices"][0]
        text = choice[part].get("content") or ""
        if not isinstance(text, str):
            raise TypeError
    except AnswerError:
        raise
    except (ValueError, KeyError, TypeError, IndexError, AttributeError):
        raise AnswerError("the answer is not a chat completion") from None
    return text, choice.get("finish_reason") or finish


def identifiers(body: bytes) -> str:
    """What an error says that cannot be a shopper's words: its type, code and parameter.

    >>> identifiers(b'{"error": {"message": "no, you", "code": "model_not_found"}}')
    'model_not_found'
    """
    try:
        error = orjson.loads(body)["error"]
        told = [error.get(key) for key in ("type", "code", "param")]
    except (ValueError, KeyError, TypeError, AttributeError):
        return ""
    return ", ".join(word for each in told if each is not None and (word := _identifier(each)))


def _identifier(value: object) -> str:
    return str(value) if _WORD.fullmatch(str(value)) else ""
