"""The tokenizer of an exported model."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any, Final

import orjson

from shelfwise.errors import InputError
from shelfwise.language.encoders.e5_tokenizer import sentence_pieces
from shelfwise.language.exported import PIECES, TOKENIZER
from shelfwise.training.bases.e5_tokenizer import build_normalizer
from shelfwise.training.export.folders import read_json

_ENDS: Final = ("<s>", "</s>")


def copy_tokenizer(source: Path, into: Path) -> str:
    """Copies `tokenizer.json`; the name of the file that serving is to read.

    That is a SentencePiece model with the same pieces where the tokenizer is multilingual-e5-small's, whole or pruned:
    a tenth of the memory.

    Raises:
        InputError: the model has no fast tokenizer.
    """
    path = source / TOKENIZER
    if not path.is_file():
        raise InputError(f"{path}: there is no such file; only fast tokenizers can be served.")
    shutil.copyfile(path, into / TOKENIZER)
    said = read_json(path)
    if not _is_e5(said):
        return TOKENIZER
    controls = [each["id"] for each in said["added_tokens"] if each["content"] in (*_ENDS, "<pad>")]
    model = said["model"]
    pieces = [(str(text), float(score)) for text, score in model["vocab"]]
    (into / PIECES).write_bytes(sentence_pieces(pieces, model["unk_id"], controls))
    return PIECES


def _is_e5(said: dict[str, Any]) -> bool:
    """Whether the tokenizer normalises, cuts and encloses texts as E5Tokenizer does."""
    before, after = said.get("pre_tokenizer") or {}, said.get("post_processor") or {}
    return (
        said["model"].get("type") == "Unigram"
        and said.get("normalizer") == orjson.loads(build_normalizer().__getstate__())
        and (before.get("type"), before.get("prepend_scheme"), before.get("split")) == ("Metaspace", "always", False)
        and tuple(each["SpecialToken"]["id"] for each in after.get("single", ()) if "SpecialToken" in each) == _ENDS
    )
