"""How filter fields and text fields are named in the text index (tantivy).

The few fields that every shop has are fast fields of their own; all others are paths of two JSON fields, one for
texts and one for numbers, so that a catalogue may have thousands of sparse attributes. tantivy cannot be trusted with
ranges over JSON numbers (it panics on some), so each such number is also a term whose letters sort as the number does.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Mapping, Sequence
from typing import Any

import tantivy

from shelfwise.retrieval.filters import ID, KEYWORDS, NUMBERS, Fields

ROW = "row"
SORTED = "sorted"


def build_schema(text_fields: Sequence[str]) -> tantivy.Schema:
    """The schema: id, row, text fields of ready tokens, keywords and numbers."""
    builder = tantivy.SchemaBuilder()
    builder.add_text_field(ID, tokenizer_name="raw", index_option="basic")
    builder.add_unsigned_field(ROW, indexed=True, fast=True)
    for field in text_fields:
        builder.add_text_field(text_path(field), tokenizer_name="whitespace", index_option="position")
    for field in KEYWORDS:
        builder.add_text_field(keyword_path(field), tokenizer_name="raw", index_option="basic", fast=True)
    for field in NUMBERS:
        builder.add_float_field(number_path(field), indexed=True, fast=True)
    builder.add_text_field(SORTED, tokenizer_name="raw", index_option="basic")
    builder.add_json_field("k", tokenizer_name="raw", index_option="basic", fast=True)
    builder.add_json_field("n", tokenizer_name="raw", index_option="basic", fast=True)
    return builder.build()


def text_path(field: str) -> str:
    """The index's name of a text field."""
    return f"t_{field}"


def keyword_path(field: str) -> str:
    """The index's name or JSON path of a keyword field."""
    if field == ID:
        return ID
    return f"k_{field}" if field in KEYWORDS else f"k.{safe(field)}"


def number_path(field: str) -> str:
    """The index's name or JSON path of a numeric field."""
    return f"n_{field}" if field in NUMBERS else f"n.{safe(field)}"


def safe(field: str) -> str:
    """A field's name in letters that need no quoting; different names stay different.

    >>> safe("attributes.screen size")
    'attributes_2e_screen_20_size'
    """
    return "f" * (not field[:1].isalpha()) + re.sub(r"[^A-Za-z0-9]", lambda found: f"_{ord(found[0]):x}_", field)


def sorted_term(field: str, number: float) -> str:
    """A field's number as a term: of two numbers of a field, the smaller has the smaller term.

    >>> sorted_term("a", -1.0) < sorted_term("a", 0.5) < sorted_term("a", 2.0)
    True
    """
    bits: int = struct.unpack(">Q", struct.pack(">d", number + 0.0))[0]  # + 0.0: -0.0 is the same number as 0.0
    ordered = bits ^ (0xFFFFFFFFFFFFFFFF if bits >> 63 else 0x8000000000000000)
    return f"{safe(field)}_{ordered:016x}"


def paths(field: str, fields: Fields) -> list[str]:
    """Where a filter field is found in the index."""
    found = [keyword_path(field)] if field in fields.keywords else []
    return found + ([number_path(field)] if field in fields.numbers else [])


def index_document(
    id: str,
    row: int,
    text: Mapping[str, Sequence[str]],
    keywords: Mapping[str, Sequence[str]],
    numbers: Mapping[str, float],
) -> dict[str, Any]:
    """A product as the index takes it."""
    document: dict[str, Any] = {ID: id, ROW: row, "k": {}, "n": {}}
    for field, tokens in text.items():
        document[text_path(field)] = " ".join(tokens)
    for field, values in keywords.items():
        target, name = (document, keyword_path(field)) if field in KEYWORDS else (document["k"], safe(field))
        target[name] = list(values)
    document[SORTED] = [sorted_term(field, number) for field, number in numbers.items() if field not in NUMBERS]
    for field, number in numbers.items():
        target, name = (document, number_path(field)) if field in NUMBERS else (document["n"], safe(field))
        target[name] = float(number)
    return document
