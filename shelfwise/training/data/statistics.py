"""Figures of a set of examples: how many, how long, in which languages, with which grades."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import orjson

from shelfwise.language.chinese import HAN
from shelfwise.language.detect import detect
from shelfwise.training.data.examples import Example, as_fields

_WORDS = re.compile(f"[{HAN}]{{1,2}}|[^\\W_{HAN}]+")


@dataclass(frozen=True, slots=True)
class Lengths:
    """Median, 95th percentile and longest of a set of texts, in characters and in words (two Chinese characters are
    one word)."""

    characters: tuple[int, int, int]
    words: tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Statistics:
    """Counts over examples; `grades` counts texts by grade, rounded to two decimals, "0.00" being negatives."""

    examples: int
    texts: int
    positives: int
    negatives: int
    without_positive: int
    groups: int
    sources: Mapping[str, int]
    query_languages: Mapping[str, int]
    text_languages: Mapping[str, int]
    grades: Mapping[str, int]
    queries: Lengths
    answers: Lengths
    data: str

    @classmethod
    def of(cls, examples: Sequence[Example]) -> Statistics:
        """The figures of examples."""
        texts = [text for example in examples for text in example.texts]
        grades = [grade for example in examples for grade in example.grades]
        queries = [example.query for example in examples]
        return cls(
            examples=len(examples),
            texts=len(texts),
            positives=sum(grade > 0 for grade in grades),
            negatives=sum(grade == 0 for grade in grades),
            without_positive=sum(not any(example.grades) for example in examples),
            groups=len({example.group for example in examples}),
            sources=_counts(example.source for example in examples),
            query_languages=_counts(map(detect, queries)),
            text_languages=_counts(map(detect, texts)),
            grades=_counts(f"{grade:.2f}" for grade in grades),
            queries=lengths(queries),
            answers=lengths(texts),
            data=fingerprint(examples),
        )


def _counts(values: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(values).items()))


def lengths(texts: Sequence[str]) -> Lengths:
    """How long texts are.

    >>> lengths(["usb c cable", "无线鼠标"]).words
    (2, 3, 3)
    """
    return Lengths(_three([len(text) for text in texts]), _three([len(_WORDS.findall(text)) for text in texts]))


def _three(sizes: Sequence[int]) -> tuple[int, int, int]:
    if not sizes:
        return 0, 0, 0
    middle, most, longest = np.percentile(sizes, [50, 95, 100], method="nearest").astype(int).tolist()
    return middle, most, longest


def fingerprint(examples: Iterable[Example]) -> str:
    """A hash (SHA-256) of the examples, whatever their order: any change to one of them changes it."""
    digests = sorted(hashlib.sha256(orjson.dumps(as_fields(example))).digest() for example in examples)
    return hashlib.sha256(b"".join(digests)).hexdigest()
