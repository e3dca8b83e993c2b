"""From sources to training, validation and test examples with a card."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import orjson

from shelfwise.errors import InputError
from shelfwise.storage import replace_file
from shelfwise.training.data.base import Source
from shelfwise.training.data.card import Card
from shelfwise.training.data.clean import clean
from shelfwise.training.data.dedupe import dedupe
from shelfwise.training.data.examples import Example, write_examples
from shelfwise.training.data.split import PARTS, split
from shelfwise.training.data.statistics import Statistics, fingerprint
from shelfwise.training.data.ties import By

TELL = 1000  # examples between two words of progress


@dataclass(frozen=True, slots=True)
class Built:
    """The three parts and their card."""

    train: list[Example]
    valid: list[Example]
    test: list[Example]
    card: Card

    def write(self, folder: Path) -> None:
        """Put train.jsonl, valid.jsonl, test.jsonl, card.json and card.md into a folder, the card last."""
        folder.mkdir(parents=True, exist_ok=True)
        for part in PARTS:
            write_examples(getattr(self, part), folder / f"{part}.jsonl")
        replace_file(folder / "card.md", self.card.to_markdown().encode())
        replace_file(folder / "card.json", orjson.dumps(self.card.to_json(), option=orjson.OPT_INDENT_2) + b"\n")


def build(
    sources: Iterable[Source],
    *,
    seed: int,
    by: By = "product",
    valid: float = 0.1,
    test: float = 0.1,
    near: bool = True,
    progress: Callable[[int, int | None], None] | None = None,
) -> Built:
    """Read the sources, clean, leave duplicates out (nearly the same ones too if `near`), split and describe.

    The same sources, seed and shares give the same parts; the order of sources does not change which part an example
    goes to, unless they contradict each other. progress: is told how many examples were read so far.

    Raises InputError: a source cannot be used, nothing has a positive text, or a part stays empty (see `split`).
    """
    examples: list[Example] = []
    notes: list[str] = []
    for source in sources:
        for example in source.examples():
            examples.append(example)
            if progress is not None and len(examples) % TELL == 0:
                progress(len(examples), None)
        notes += source.notes()
    cleaned = clean(examples)
    deduped = dedupe(cleaned.examples, near=near)
    try:
        check_positives(deduped.examples)
    except InputError as error:
        raise InputError(" ".join([error.message, *notes])) from error
    parts = split(deduped.examples, seed=seed, by=by, valid=valid, test=test)
    made = {part: getattr(parts, part) for part in PARTS}
    card = Card(
        data=fingerprint(example for part in made.values() for example in part),
        seed=seed,
        by=by,
        shares={"valid": valid, "test": test},
        found=dict(sorted(Counter(example.source for example in examples).items())),
        removed={**cleaned.counts, **deduped.counts},
        left_out=parts.left_out,
        parts={part: Statistics.of(each) for part, each in made.items()},
        notes=tuple(notes),
    )
    return Built(**made, card=card)


def check_positives(examples: Sequence[Example]) -> None:
    """Nothing if some text fits its query. Raises InputError: nothing could be learned from these examples."""
    if not any(any(example.grades) for example in examples):
        raise InputError(f"None of {len(examples):,} examples has a text that fits its query (a grade above 0).")


def check_classes(examples: Sequence[Example]) -> None:
    """Nothing if there are texts that fit and texts that do not, as what learns to tell them apart needs.

    Raises InputError that says which are missing.
    """
    check_positives(examples)
    if all(all(example.grades) for example in examples):
        raise InputError(
            f"All texts of {len(examples):,} examples fit their query: one class only, expected grades of 0 too.",
            hint="Give judgments or questions with negatives, or have hard negatives mined.",
        )
