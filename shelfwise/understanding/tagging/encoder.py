"""A tagger that reads with the language model: multilingual-e5-small's lower layers, tuned to labelled texts.

Training needs PyTorch (the extra `train`); tagging runs on ONNX Runtime. It knows words that no labelled text has,
which a conditional random field does not, and errs elsewhere; the mean of both (`Averaged`) is better than either. F1
over Chinese texts not seen in training: .721 the field, .737 the encoder, .766 both.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Final, Self

import numpy as np
import onnxruntime
import orjson

from shelfwise.errors import CorruptIndexError, InputError, MissingExtraError
from shelfwise.language.encoders.e5_weights import packed_file, read_weights
from shelfwise.understanding.tagging.base import Span, Tagged
from shelfwise.understanding.tagging.characters import Characters
from shelfwise.understanding.tagging.crf import CrfTagger
from shelfwise.understanding.tagging.lattice import Lattice, mean
from shelfwise.understanding.tagging.units import labels, split

MODEL: Final = "tagger.onnx"
NAMES: Final = "tagger.encoder.json"


def can_train() -> bool:
    """Whether PyTorch is installed."""
    return find_spec("torch") is not None


class EncoderTagger:
    """Tags texts; made by `fit` or `open`. Safe to call from several threads."""

    def __init__(self, model: bytes, characters: Characters, names: Sequence[str]) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.log_severity_level = 3
        self._bytes = model
        self._session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        self._characters = characters
        self.labels = tuple(names)

    @classmethod
    def fit(cls, sentences: Sequence[Tagged], *, seed: int = 0) -> Self:
        """A tagger of what these texts are labelled with; of a text that comes twice, as it was labelled first.

        Raises:
            InputError: no text has a span.
            MissingExtraError: PyTorch is not installed.
        """
        if not can_train():
            raise MissingExtraError.of("torch", "train")
        from shelfwise.understanding.tagging.graph import tagging_graph
        from shelfwise.understanding.tagging.network import Example, tune

        kinds = sorted({span.kind for sentence in sentences for span in sentence.spans})
        if not kinds:
            raise InputError(f"Found no span in {len(sentences)} texts, expected at least one to learn from.")
        names = ["O", *(f"{place}-{kind}" for kind in kinds for place in "BIES")]
        column = {name: at for at, name in enumerate(names)}
        weights = read_weights(packed_file())
        characters = Characters.of(weights)
        distinct = {sentence.text: sentence for sentence in reversed(sentences)}
        examples = []
        for sentence in reversed(distinct.values()):
            units = split(sentence.text)
            wanted = [column[label] for label in labels(units, sentence.spans)]
            examples.append(Example(characters.encode(units), wanted))
        tuned = tune(weights, characters, [one for one in examples if one.labels], len(names), seed=seed)
        return cls(tagging_graph(tuned, characters).SerializeToString(), characters, names)

    def lattice(self, text: str) -> Lattice:
        """The probabilities of all labels; of a unit beyond what the encoder reads all are as probable."""
        units = split(text)
        encoded = self._characters.encode(units)
        ids = np.array([encoded.ids])
        found = self._session.run(None, {"input_ids": ids, "attention_mask": np.ones_like(ids)})[0][0]
        marginals = np.full((len(units), len(self.labels)), 1.0 / len(self.labels))  # [units, labels]
        marginals[: len(encoded.firsts)] = found[encoded.firsts]
        return Lattice(tuple(units), self.labels, marginals)

    def tag(self, text: str) -> list[Span]:
        """The spans of a text."""
        return self.lattice(text).spans()

    def save(self, into: Path) -> None:
        """Write the model into a folder."""
        (into / MODEL).write_bytes(self._bytes)
        (into / NAMES).write_bytes(orjson.dumps({"labels": self.labels, "characters": "".join(self._characters.known)}))

    @classmethod
    def open(cls, folder: Path) -> Self:
        """The model of a folder. Raises CorruptIndexError."""
        path = folder / MODEL
        try:
            names = orjson.loads((folder / NAMES).read_bytes())
            return cls(path.read_bytes(), Characters(names["characters"]), names["labels"])
        except Exception as error:  # ONNX Runtime raises several classes that share no base but Exception
            raise CorruptIndexError(f"{path}: not a tagger: {error}.") from error


class Averaged:
    """The geometric mean of a conditional random field's and the encoder's probabilities."""

    def __init__(self, crf: CrfTagger, encoder: EncoderTagger) -> None:
        self.crf, self.encoder = crf, encoder

    def tag(self, text: str) -> list[Span]:
        """The spans of a text."""
        return mean([self.encoder.lattice(text), self.crf.lattice(text)]).spans()

    def save(self, into: Path) -> None:
        """Write both into a folder."""
        self.crf.save(into)
        self.encoder.save(into)
