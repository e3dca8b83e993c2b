"""Training a tagger of one's own labelled texts, and what it is worth."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import orjson

from shelfwise.understanding.tagging.base import Tagged
from shelfwise.understanding.tagging.bio import read_bio
from shelfwise.understanding.tagging.crf import CrfTagger
from shelfwise.understanding.tagging.remembered import Remembered
from shelfwise.understanding.tagging.scores import Scores, score

FOLDER: Final = "tagger"
CARD: Final = "tagger.card.json"


def evaluate_tagging(train: Path, test: Path, *, seed: int = 0, remember: bool = True) -> dict[str, Any]:
    """Trains on one file in BIO form and measures whole spans (scores.py) on another.

    remember: texts of `test` that `train` has too are answered as labelled there (remembered.py). Where the two files
    have texts in common, `unseen` is the figure that says how new texts will fare.

    Returns: precision, recall, f1; types: the same and support of each kind; unseen: the same over the texts that are
    not in `train`; sentences, seen (how many are), repaired (tags), seed, method, seconds of training.

    Raises:
        InputError: a file is not in BIO form, or has no span.
    """
    learnt, held = read_bio(train), read_bio(test)
    started = time.perf_counter()
    tagger = Remembered.of(CrfTagger.fit(learnt.sentences, seed=seed), learnt.sentences)
    seconds = time.perf_counter() - started
    return {
        **_measured(tagger, held.sentences, remember),
        "repaired": learnt.repaired + held.repaired,
        "seed": seed,
        "method": "crf+remembered" if remember else "crf",
        "seconds": round(seconds, 1),
    }


def _measured(tagger: Remembered, held: Sequence[Tagged], remember: bool) -> dict[str, Any]:
    found = [tagger.tag(s.text) if remember else tagger.tagger.tag(s.text) for s in held]
    new = [at for at, sentence in enumerate(held) if not tagger.knows(sentence.text)]
    types = score([s.spans for s in held], found)
    unseen = score([held[at].spans for at in new], [found[at] for at in new])[""]
    return {
        **_three(types.pop("")),
        "types": types,
        "unseen": unseen,
        "sentences": len(held),
        "seen": len(held) - len(new),
    }


def _three(scores: Scores) -> Scores:
    return {name: scores[name] for name in ("precision", "recall", "f1")}


def train_tagger(train: Path, test: Path, into: Path, seed: int = 0) -> dict[str, Any]:
    """Trains as `evaluate_tagging` does, writes the tagger into a folder, and returns its card, kept there too.

    Raises InputError as `evaluate_tagging` does.
    """
    learnt, held = read_bio(train), read_bio(test)
    tagger = CrfTagger.fit(learnt.sentences, seed=seed)
    remembered = Remembered.of(tagger, learnt.sentences)
    into.mkdir(parents=True, exist_ok=True)
    tagger.save(into)
    remembered.save(into)
    card = {**_measured(remembered, held.sentences, True), "trained_on": len(learnt.sentences), "seed": seed}
    (into / CARD).write_bytes(orjson.dumps(card, option=orjson.OPT_INDENT_2))
    return card


def open_tagger(folder: Path) -> Remembered:
    """The tagger of a folder. Raises CorruptIndexError."""
    return Remembered.open(folder, CrfTagger.open(folder))
