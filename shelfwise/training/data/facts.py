"""Facts of products as data files write them, turned into text that people and language models read.

A fact is a name, a colon, and objects of keys and values in braces, with lists in brackets and quotation marks now and
then:  `sole_material:  { value:"rubber" }; { value:cork }`. The form is that of the attribute candidates in Amazon's
product question answering sets (Shen et al., semiPQA, ECNLP 2022; hetPQA, NAACL 2022).
"""

from __future__ import annotations

import re
from typing import TypeAlias

Fact: TypeAlias = "str | list[Fact] | dict[str, Fact]"

_FACT = re.compile(r"^\s*([A-Za-z]\w*):\s*(\{.*)$", re.DOTALL)
_TOKEN = re.compile(r"""\s*(?:([{}\[\],;:])|"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|([^\s{}\[\],;:"'][^{}\[\],;:]*))""")
_MAIN = ("value", "string_value", "decimal_value")  # the keys that need no name beside their value
_SAID_ELSEWHERE = ("unit", "normalized_value", "standardized_values", *_MAIN)
_WORDS = {"true": "yes", "false": "no"}


def readable(fact: str) -> str:
    """A fact as a plain line; a text of any other form comes back as it is.

    The value stands with its own unit; a normalised copy of it goes. Standard values that the value does not name
    stand in parentheses.

    >>> readable('color:  { standardized_values:[ "black" ], value:"charcoal" }')
    'color: charcoal (black)'
    >>> readable("item_dimensions:  { width:{ unit:inches, value:9 }, height:{ unit:inches, value:5. } }")
    'item dimensions: width 9 inches, height 5 inches'
    >>> readable("it fits: see above")
    'it fits: see above'
    """
    match = _FACT.match(fact)
    if match is None:
        return fact
    try:
        tokens = _tokens(match[2])
        values = [_value(tokens)]
        while tokens:
            _take(tokens, ";")
            values.append(_value(tokens))
    except _NotAFactError:
        return fact
    said = ", ".join(dict.fromkeys(filter(None, map(_say, values))))
    name = _plain(match[1])
    return f"{name}: {said}" if said else name


class _NotAFactError(Exception):
    """The text only looks like a fact."""


def _tokens(text: str) -> list[tuple[str, str]]:
    """Tokens as (mark or "", text), the first one last."""
    found: list[tuple[str, str]] = []
    place = 0
    text = text.rstrip()
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None:
            raise _NotAFactError
        mark, *texts = match.groups()
        found.append((mark, mark) if mark else ("", next(part for part in texts if part is not None).strip()))
        place = match.end()
    return found[::-1]


def _take(tokens: list[tuple[str, str]], mark: str) -> str:
    if not tokens or tokens[-1][0] != mark:
        raise _NotAFactError
    return tokens.pop()[1]


def _value(tokens: list[tuple[str, str]], depth: int = 20) -> Fact:
    if not tokens or depth == 0:
        raise _NotAFactError
    mark = tokens[-1][0]
    if mark == "{":
        return _object(tokens, depth - 1)
    if mark == "[":
        return _list(tokens, depth - 1)
    return _take(tokens, "")


def _object(tokens: list[tuple[str, str]], depth: int) -> dict[str, Fact]:
    found: dict[str, Fact] = {}
    _take(tokens, "{")
    while tokens and tokens[-1][0] != "}":
        if found:
            _take(tokens, ",")
        key = _take(tokens, "")
        _take(tokens, ":")
        found[key] = _value(tokens, depth)
    _take(tokens, "}")
    return found


def _list(tokens: list[tuple[str, str]], depth: int) -> list[Fact]:
    found: list[Fact] = []
    _take(tokens, "[")
    while tokens and tokens[-1][0] != "]":
        if found:
            _take(tokens, ",")
        found.append(_value(tokens, depth))
    _take(tokens, "]")
    return found


def _say(fact: Fact) -> str:
    if isinstance(fact, str):
        return _WORDS.get(fact, _plain(fact))
    if isinstance(fact, list):
        return ", ".join(dict.fromkeys(filter(None, map(_say, fact))))
    main = next((_say(fact[key]) for key in _MAIN if key in fact), "")
    if not main and "normalized_value" in fact:
        return _say(fact["normalized_value"])
    parts = [f"{_plain(key)} {said}" for key in fact if key not in _SAID_ELSEWHERE and (said := _say(fact[key]))]
    return ", ".join(part for part in [*parts, _with_unit(main, fact)] if part)


def _with_unit(value: str, fact: dict[str, Fact]) -> str:
    """The value, its unit, and standard words for it that it does not have itself."""
    unit = _say(fact.get("unit", "")) if value else ""
    if unit and unit != "unknown modifier" and unit not in value:
        value = f"{value} {unit}".strip()
    standard = [each for each in _each(fact.get("standardized_values", [])) if each.casefold() not in value.casefold()]
    return f"{value} ({', '.join(standard)})".strip() if standard else value


def _each(fact: Fact) -> list[str]:
    return [said for each in fact if (said := _say(each))] if isinstance(fact, list) else [_say(fact)]


def _plain(text: str) -> str:
    """A word of a data file as people write it: 802_11_b → 802.11 b; no decimal point without decimals."""
    text = " ".join(re.sub(r"(?<=\d)_(?=\d)", ".", text).replace("_", " ").split())
    return text[:-1] if re.fullmatch(r"\d+\.", text) else text
