"""The same queries in another language."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from shelfwise.errors import InputError
from shelfwise.evaluation.qrels import QUERY
from shelfwise.evaluation.table import Faults, read_table

TRANSLATION = ("query_zh", "query_en", "translation")


def read_translations(path: Path) -> dict[str, str]:
    """Query → the same query in another language, from a file with the columns query and query_zh (or TRANSLATION).

    Raises InputError naming every row at fault: an empty cell, or a query translated in two ways.
    """
    faults = Faults(path)
    translations: dict[str, str] = {}
    for row, cells in read_table(path, {"query": QUERY, "translation": TRANSLATION}):
        for name, cell in cells.items():
            if not cell:
                faults.add(row, name, cell, "a text")
        known = translations.setdefault(cells["query"], cells["translation"])
        if known != cells["translation"]:
            faults.add(row, "translation", cells["translation"], f"{known!r} as before for {cells['query']!r}")
    faults.raise_any()
    return translations


def check_translated(queries: Collection[str], translations: Collection[str]) -> None:
    """Raises InputError naming queries that have no translation."""
    missing = sorted(set(queries) - set(translations))
    if missing:
        shown = ", ".join(map(repr, missing[:5])) + (", …" if len(missing) > 5 else "")
        raise InputError(f"found no translation of {len(missing)} of {len(queries)} judged queries: {shown}.")
