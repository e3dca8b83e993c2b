"""Examples out of questions about products: a question, and evidence that answers it or does not."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from shelfwise.errors import InputError
from shelfwise.evaluation.table import Faults
from shelfwise.training.data.examples import Example
from shelfwise.training.data.facts import readable
from shelfwise.training.data.tables import read_rows

NEEDED = {
    "question": ("question", "query"),
    "candidate": ("candidate", "evidence", "text", "answer"),
    "label": ("label", "grade", "relevance"),
}
OPTIONAL = {"id": ("qid", "question_id"), "product": ("asin", "product_id", "product")}


class Questions:
    """A file with a row a candidate: question, candidate and label (0 to 1), and where known qid and ASIN.

    Rows with one qid (or else one question and ASIN) are one example. Facts in the notation of data files become
    readable lines unless `raw`. The group is the product: the ASIN or, without one, what the candidates are, because
    questions about one product share its facts.

    raw: an encoder that was not trained on such facts tells raw ones apart better (semiPQA's dev file, 846 questions,
    the default encoder: the right one first for .803 of the questions, .760 with readable lines).

    Hazard: facts such as "batteries included: no" belong to many products, so one text is right for some questions and
    wrong for others. Only a split by product is fair.
    """

    name = "questions"

    def __init__(self, path: Path, *, raw: bool = False) -> None:
        self._path = path
        self._raw = raw

    def examples(self) -> Iterator[Example]:
        """One a question. Raises InputError that names the rows with an empty text or a label out of range."""
        for each in self._asked().values():
            texts = tuple(each.candidates if self._raw else map(readable, each.candidates))
            yield Example(each.question, texts, tuple(each.labels), each.group, self.name)

    def notes(self) -> tuple[str, ...]:
        """Nothing is left out."""
        return ()

    def _asked(self) -> dict[tuple[str, ...], _Asked]:
        faults = Faults(self._path)
        asked: dict[tuple[str, ...], _Asked] = {}
        for row, cells in read_rows(self._path, NEEDED, OPTIONAL, faults):
            for name in ("question", "candidate"):
                if not cells[name]:
                    faults.add(row, name, "", "a text")
            label = _label(cells["label"])
            if label is None:
                faults.add(row, "label", cells["label"], "a number from 0 to 1")
                continue
            key = (cells["id"],) if cells["id"] else (cells["question"], cells["product"])
            each = asked.setdefault(key, _Asked(cells["question"], cells["product"]))
            if each.question != cells["question"]:
                faults.add(row, "question", cells["question"], f"{each.question!r}, as above with this qid")
            each.candidates.append(cells["candidate"])
            each.labels.append(label)
        faults.raise_any()
        if not asked:
            raise InputError(f"{self._path}: found no question, expected at least one.")
        return asked


@dataclass(slots=True)
class _Asked:
    """A question while its rows come in."""

    question: str
    product: str
    candidates: list[str] = field(default_factory=list)
    labels: list[float] = field(default_factory=list)

    @property
    def group(self) -> str:
        return self.product or _identity(self.candidates)


def _identity(candidates: Iterable[str]) -> str:
    """A name for a set of texts."""
    digest = hashlib.blake2b(digest_size=8)
    for text in sorted(set(candidates)):
        digest.update(text.encode("utf-8", "surrogatepass") + b"\0")
    return f"candidates {digest.hexdigest()}"


def _label(text: str) -> float | None:
    try:
        label = float(text)
    except ValueError:
        return None
    return label if 0.0 <= label <= 1.0 else None


def read_questions(path: Path, *, raw: bool = False) -> list[Example]:
    """The examples of `Questions`."""
    return list(Questions(path, raw=raw).examples())
