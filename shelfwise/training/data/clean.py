"""Examples made fit to learn from: markup and odd characters go, and so do texts that say nothing."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources

from shelfwise.retrieval.document import plain
from shelfwise.training.data.examples import Example

LONGEST_QUERY = 512  # characters
LONGEST_TEXT = 2_000


@dataclass(frozen=True, slots=True)
class Cleaned:
    """The examples that are left, and how often each thing was removed or cut."""

    examples: list[Example]
    counts: Mapping[str, int]


def clean(examples: Iterable[Example]) -> Cleaned:
    """Tidy texts; leave out texts and examples that teach nothing.

    A query goes with its example when it has no letter or digit, or is on the list of empty texts ("n/a", 暂无描述); so
    does a text when it has no letter, is on the list, or is the query itself. An example goes when it has no text left.
    An example without a positive stays: its negatives teach.
    """
    counts: Counter[str] = Counter()
    kept = [made for example in examples if (made := _clean(example, counts))]
    return Cleaned(kept, dict(sorted(counts.items())))


def _clean(example: Example, counts: Counter[str]) -> Example | None:
    query = _cut(tidy(example.query), LONGEST_QUERY, counts)
    if not any(map(str.isalnum, query)) or is_empty(query):
        counts["queries that say nothing"] += 1
        return None
    texts: list[str] = []
    grades: list[float] = []
    for raw, grade in zip(example.texts, example.grades, strict=True):
        text = _cut(tidy(raw), LONGEST_TEXT, counts)
        if not any(map(str.isalpha, text)) or is_empty(text):
            counts["texts that say nothing"] += 1
        elif folded(text) == folded(query):
            counts["texts that are their query"] += 1
        else:
            texts.append(text)
            grades.append(grade)
    if not texts:
        counts["examples without a text left"] += 1
        return None
    return replace(example, query=query, texts=tuple(texts), grades=tuple(grades))


def tidy(text: str) -> str:
    """Text without markup, control characters and odd blanks, in Unicode's composed form.

    >>> tidy("  Soft&amp;warm <b>wool</b>\\u200b\\n")
    'Soft&warm wool'
    """
    composed = unicodedata.normalize("NFC", plain(text, len(text)))
    return " ".join("".join(filter(_shows, composed)).split())


def _shows(character: str) -> bool:
    return character.isspace() or unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Co", "Cn")


def _cut(text: str, longest: int, counts: Counter[str]) -> str:
    if len(text) <= longest:
        return text
    counts["texts cut"] += 1
    return text[:longest].rstrip()


def folded(text: str) -> str:
    """The form in which texts count as the same: case, width and blanks do not matter.

    >>> folded("ＵＳＢ  Cable") == folded("usb cable")
    True
    """
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def is_empty(text: str) -> bool:
    """Whether a text is one of those that stand where nobody wrote anything."""
    return folded(text).strip(" .。!！-—_") in _empty()


@cache
def _empty() -> frozenset[str]:
    text = (resources.files("shelfwise.training.data") / "empty_texts.txt").read_text("utf-8")
    return frozenset(text.split("\n"))
