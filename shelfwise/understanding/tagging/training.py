"""Training a tagger of one's own labelled texts, and what it is worth."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

import orjson

from shelfwise.errors import InputError
from shelfwise.understanding.tagging.base import Tagged
from shelfwise.understanding.tagging.bio import read_bio
from shelfwise.understanding.tagging.crf import CrfTagger
from shelfwise.understanding.tagging.encoder import MODEL, Averaged, EncoderTagger, can_train
from shelfwise.understanding.tagging.remembered import Remembered
from shelfwise.understanding.tagging.scores import Scores, score

CARD: Final = "tagger.card.json"
METHODS: Final = ("crf", "encoder", "auto")

Fitted: TypeAlias = CrfTagger | Averaged
Method: TypeAlias = Literal["crf", "encoder", "auto"]


def evaluate_tagging(train: Path, test: Path, *, seed: int = 0, method: Method = "auto") -> dict[str, Any]:
    """Trains on one file in BIO form and measures whole spans (scores.py) on another.

    Texts of `test` that `train` has too are answered as labelled there (remembered.py). Where the two files have texts
    in common, `unseen` is the figure that says how new texts will fare.

    method: "crf", a conditional random field (a minute of training, a quarter of a millisecond a query); "encoder", its
        mean with the tuned language model (needs PyTorch; several minutes, and milliseconds a query); "auto", the
        latter where PyTorch is installed.

    Returns: precision, recall, f1; types: the same and support of each kind; unseen: the same over the texts that are
    not in `train`; sentences, seen (how many are), repaired (tags), seed, method, seconds of training.

    Raises:
        InputError: a file is not in BIO form or has no span, or there is no such method.
        MissingExtraError: the method needs PyTorch, which is not installed.
    """
    return _trained(train, test, seed, method)[1]


def train_tagger(train: Path, test: Path, into: Path, seed: int = 0, method: Method = "crf") -> dict[str, Any]:
    """Trains as `evaluate_tagging` does and writes the tagger and its card into a folder; returns the card. The default
    is the method that costs a query least.

    Raises what `evaluate_tagging` does.
    """
    tagger, card = _trained(train, test, seed, method)
    into.mkdir(parents=True, exist_ok=True)
    (into / MODEL).unlink(missing_ok=True)  # of an earlier training
    tagger.tagger.save(into)
    tagger.save(into)
    (into / CARD).write_bytes(orjson.dumps(card, option=orjson.OPT_INDENT_2))
    return card


def open_tagger(folder: Path) -> Remembered[Fitted]:
    """The tagger of a folder. Raises CorruptIndexError."""
    crf = CrfTagger.open(folder)
    encoded = (folder / MODEL).exists()
    return Remembered.open(folder, Averaged(crf, EncoderTagger.open(folder)) if encoded else crf)


def _trained(train: Path, test: Path, seed: int, method: Method) -> tuple[Remembered[Fitted], dict[str, Any]]:
    if method not in METHODS:
        raise InputError(f"method: found {method!r}, expected one of {', '.join(METHODS)}.")
    learnt, held = read_bio(train), read_bio(test)
    chosen = method if method != "auto" else "encoder" if can_train() else "crf"
    started = time.perf_counter()
    crf = CrfTagger.fit(learnt.sentences, seed=seed)
    fitted: Fitted = crf if chosen == "crf" else Averaged(crf, EncoderTagger.fit(learnt.sentences, seed=seed))
    seconds = time.perf_counter() - started
    tagger = Remembered.of(fitted, learnt.sentences)
    return tagger, {
        **measured(tagger, held.sentences),
        "repaired": learnt.repaired + held.repaired,
        "seed": seed,
        "method": chosen,
        "seconds": round(seconds, 1),
    }


def measured(tagger: Remembered[Fitted], held: Sequence[Tagged]) -> dict[str, Any]:
    """The scores of a tagger on labelled texts."""
    found = [tagger.tag(sentence.text) for sentence in held]
    new = [at for at, sentence in enumerate(held) if not tagger.knows(sentence.text)]
    types = score([sentence.spans for sentence in held], found)
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
