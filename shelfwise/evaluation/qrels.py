"""Judgments: read from CSV and TREC files, written as TREC files."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from shelfwise.errors import InputError
from shelfwise.evaluation.base import Qrels
from shelfwise.evaluation.table import Faults, read_table, read_text
from shelfwise.evaluation.trec import split_line, trec_id

QUERY = ("query", "query_id", "qid", "query_text")
PRODUCT = ("docid", "product", "doc_id", "product_id", "id", "docno", "document")
GRADE = ("rating", "relevance", "grade", "label", "rel", "judgment")
HIGHEST = 100  # the gain 2^grade − 1 of more would drown everything else


def read_qrels(path: Path) -> dict[str, dict[str, int]]:
    """Judgments from a comma- or tab-separated file with the columns query, docid and rating.

    Headers may also be query_id; product, doc_id; relevance, grade (see QUERY, PRODUCT, GRADE). A pair that occurs
    twice with one grade counts once.

    Raises InputError naming every row at fault: no query, no product, no whole number, or two grades for one pair.
    """
    judgments = _Judgments(path)
    for row, cells in read_table(path, {"query": QUERY, "product": PRODUCT, "grade": GRADE}):
        judgments.add(row, cells["query"], cells["product"], cells["grade"])
    return judgments.finish()


def read_trec_qrels(path: Path) -> dict[str, dict[str, int]]:
    """Judgments from a TREC file: `query iteration product grade` a line. Raises InputError as `read_qrels`."""
    judgments = _Judgments(path)
    for row, line in enumerate(read_text(path).split("\n"), start=1):
        if line.strip():
            query, _, product, grade = split_line(path, row, line, 4)
            judgments.add(row, query, product, grade)
    return judgments.finish()


def write_trec_qrels(qrels: Qrels, path: Path) -> None:
    """Judgments as a TREC file; blanks in queries and ids are percent-encoded (see trec.py)."""
    lines = [
        f"{trec_id(query)} 0 {trec_id(product)} {grade}\n"
        for query, grades in qrels.items()
        for product, grade in grades.items()
    ]
    path.write_text("".join(lines), "utf-8", newline="\n")


def restrict(qrels: Qrels, queries: Collection[str]) -> dict[str, dict[str, int]]:
    """The judgments of some queries only."""
    return {query: dict(grades) for query, grades in qrels.items() if query in queries}


class _Judgments:
    """Judgments gathered row by row."""

    def __init__(self, path: Path) -> None:
        self._faults = Faults(path)
        self._path = path
        self._qrels: dict[str, dict[str, int]] = {}
        self._rows: dict[tuple[str, str], int] = {}

    def add(self, row: int, query: str, product: str, text: str) -> None:
        for name, cell in (("query", query), ("product", product)):
            if not cell:
                self._faults.add(row, name, cell, "a text")
        grade = _grade(text)
        if grade is None:
            self._faults.add(row, "grade", text, f"a whole number of at most {HIGHEST}")
            return
        first = self._rows.setdefault((query, product), row)
        known = self._qrels.setdefault(query, {}).setdefault(product, grade)
        if known != grade:
            self._faults.add(row, "grade", grade, f"{known} as in row {first} for {query!r} and {product!r}")

    def finish(self) -> dict[str, dict[str, int]]:
        self._faults.raise_any()
        if not self._qrels:
            raise InputError(f"{self._path}: found no judgments, expected at least one.")
        return self._qrels


def _grade(text: str) -> int | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return int(value) if abs(value) <= HIGHEST and value.is_integer() else None
