"""How well intents are told apart: learned from one set of labelled texts, asked for another."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias

import numpy as np

from shelfwise.evaluation.calibration import expected_calibration_error
from shelfwise.evaluation.classification import accuracy, auroc, confusions, macro_f1, recall_at_precision
from shelfwise.language.base import Encoder
from shelfwise.language.detect import detect
from shelfwise.types import Bool, Float64
from shelfwise.understanding.intent.datasets import LabelledTexts, read_labelled
from shelfwise.understanding.intent.head import IntentHead
from shelfwise.understanding.intent.scope import outside_scores
from shelfwise.understanding.intent.taxonomy import OUT_OF_SCOPE
from shelfwise.understanding.intent.training import PER_TEMPLATE
from shelfwise.understanding.intent.utterances import Utterance, load_utterances, split_by_template
from shelfwise.understanding.intent.views import views

PRECISION: Final = 0.9  # at which recall of what is out of scope is reported
HELD: Final = 0.1  # of a file that names no parts, this share of each label is asked for
HELD_TEMPLATES: Final = 0.2  # of the project's own
TRAIN, VALID = ("train",), ("val", "valid", "validation", "dev")
MOST: Final = 20  # confusions that are listed
_PARTS: Final = 3

Progress: TypeAlias = Callable[[int, int | None], None]  # parts done, parts in all


@dataclass(frozen=True, slots=True)
class Labelled:
    """Texts with labels, what is out of scope among them; groups: near copies share one."""

    texts: tuple[str, ...]
    labels: tuple[str, ...]
    groups: tuple[str, ...] = ()

    @classmethod
    def of(cls, read: LabelledTexts) -> Labelled:
        """Those of a file."""
        outside = read.out_of_scope
        return cls((*read.texts, *outside), (*read.labels, *(OUT_OF_SCOPE for _ in outside)))

    @classmethod
    def of_utterances(cls, utterances: Sequence[Utterance]) -> Labelled:
        """The project's own."""
        return cls(
            tuple(each.text for each in utterances),
            tuple(each.intent for each in utterances),
            tuple(each.template for each in utterances),
        )

    def part(self, rows: Sequence[int]) -> Labelled:
        """Some rows."""
        groups = tuple(self.groups[row] for row in rows) if self.groups else ()
        return Labelled(tuple(self.texts[row] for row in rows), tuple(self.labels[row] for row in rows), groups)

    def shots(self, count: int | None, seed: int) -> Labelled:
        """`count` texts of each label, drawn with the seed; all where a label has fewer, or for None."""
        if count is None:
            return self
        return self.part([row for rows in self._dealt(seed) for row in sorted(rows[:count])])

    def halves(self, share: float, seed: int) -> tuple[Labelled, Labelled]:
        """`share` of each label, drawn with the seed, comes second; at least one of a label comes first."""
        taken = [row for rows in self._dealt(seed) for row in rows[: min(len(rows) - 1, round(share * len(rows)))]]
        return self.part(sorted(set(range(len(self.texts))) - set(taken))), self.part(sorted(taken))

    def _dealt(self, seed: int) -> list[list[int]]:
        """The rows of each label, shuffled."""
        dice = np.random.default_rng(seed)
        column = np.array(self.labels)
        return [dice.permutation(np.flatnonzero(column == label)).tolist() for label in sorted(set(self.labels))]


@dataclass(frozen=True, slots=True)
class IntentEvaluation:
    """What was asked and answered. true, given: labels; confidence: of the answer; outside: how far out of scope."""

    texts: tuple[str, ...]
    true: tuple[str, ...]
    given: tuple[str, ...]
    confidence: Float64
    outside: Float64
    threshold: float | None
    learned: int
    labels: int
    shots: int | None
    seed: int

    @property
    def right(self) -> Bool:
        """Whether each answer is its label, Bool[n]."""
        return np.array([one == other for one, other in zip(self.true, self.given, strict=True)], bool)

    def as_json(self) -> dict[str, Any]:
        """The figures. `accuracy` and those of languages are over texts in scope, of which one that is taken for out
        of scope is a mistake; `accuracy_all`, `macro_f1` and `ece` are over all, out of scope being a label."""
        right = self.right
        inside = np.array([label != OUT_OF_SCOPE for label in self.true])
        found: dict[str, Any] = {
            "accuracy": float(right[inside].mean()) if inside.any() else None,
            "accuracy_all": accuracy(self.true, self.given),
            "macro_f1": macro_f1(self.true, self.given),
            "ece": expected_calibration_error(self.confidence, right),
            "queries": len(self.true),
            "learned": self.learned,
            "labels": self.labels,
            "shots": self.shots,
            "seed": self.seed,
        }
        found |= self._languages(inside) | self._scope(~inside)
        listed = confusions(self.true, self.given)[:MOST]
        found["confusions"] = [{"true": one.true, "given": one.given, "count": one.count} for one in listed]
        return found

    def _languages(self, inside: Bool) -> dict[str, float]:
        """English and the rest apart, where there is some of both."""
        english = np.array([detect(text) == "en" for text in self.texts])
        if not (english & inside).any() or not (~english & inside).any():
            return {}
        en, zh = (float(self.right[inside & part].mean()) for part in (english, ~english))
        return {"accuracy_en": en, "accuracy_zh": zh, "difference": en - zh}

    def _scope(self, outside: Bool) -> dict[str, Any]:
        if not outside.any():
            return {}
        recall, _ = recall_at_precision(self.outside, outside, PRECISION)
        found: dict[str, Any] = {
            "oos_auroc": auroc(self.outside, outside),
            "oos_recall_at_precision": {"precision": PRECISION, "recall": recall},
        }
        if self.threshold is not None:
            called = self.outside >= self.threshold
            found["oos_at_threshold"] = {
                "threshold": self.threshold,
                "precision": float(outside[called].mean()) if called.any() else None,
                "recall": float(called[outside].mean()),
            }
        return found


def evaluate_intent(
    train: Labelled,
    test: Labelled,
    encoder: Encoder,
    *,
    shots: int | None = None,
    seed: int = 0,
    progress: Progress | None = None,
) -> IntentEvaluation:
    """Fit a head to `shots` texts of each label of `train` (None: to all) and ask it for `test`.

    progress: told how many of the three parts of the work are done: vectors, weights, answers.

    Raises InputError: fewer than two labels, nothing to ask. EncoderError.
    """
    step = progress or (lambda done, total: None)
    step(0, _PARTS)
    lessons = train.shots(shots, seed)
    texts, vectors, labels, groups = views(lessons.texts, lessons.labels, lessons.groups or lessons.texts, encoder)
    step(1, _PARTS)
    head = IntentHead.fit(texts, vectors, labels, seed=seed, groups=groups)
    step(2, _PARTS)
    p = head.predict(test.texts, encoder.encode(test.texts, "query"))
    step(_PARTS, _PARTS)
    return IntentEvaluation(
        test.texts,
        test.labels,
        tuple(head.labels[at] for at in p.argmax(axis=1)),
        p.max(axis=1),
        outside_scores(p, head.labels, OUT_OF_SCOPE),
        None if head.scope is None else head.scope.threshold,
        len(lessons.texts),
        len(head.labels),
        shots,
        seed,
    )


def read_parts(
    train: Path | None,
    test: Path | None,
    *,
    split_train: str | None = None,
    split_test: str | None = None,
    seed: int = 0,
) -> tuple[Labelled, Labelled]:
    """What to learn from and what to ask.

    Without `train` it is the project's utterances; without `test` too, one in five of their templates is asked for.
    Of a file that is both, the part "train" is learned and "val" asked for where its column `split` names them, or
    else one in ten texts of each label is held out, drawn with the seed.

    Raises InputError.
    """
    if train is None:
        own = load_utterances(seed, PER_TEMPLATE)
        if test is not None:
            return Labelled.of_utterances(own), Labelled.of(read_labelled(test, split_test))
        learned, held = split_by_template(own, HELD_TEMPLATES, seed)
        return Labelled.of_utterances(learned), Labelled.of_utterances(held)
    if test is None or test == train:
        return _parts_of_one(train, split_train, split_test, seed)
    return Labelled.of(read_labelled(train, split_train)), Labelled.of(read_labelled(test, split_test))


def _parts_of_one(file: Path, split_train: str | None, split_test: str | None, seed: int) -> tuple[Labelled, Labelled]:
    whole = read_labelled(file)
    named = dict.fromkeys(whole.splits)
    first = split_train or next((name for name in TRAIN if name in named), None)
    second = split_test or next((name for name in VALID if name in named), None)
    if first is None or second is None:
        return Labelled.of(whole).halves(HELD, seed)
    return Labelled.of(read_labelled(file, first)), Labelled.of(read_labelled(file, second))
