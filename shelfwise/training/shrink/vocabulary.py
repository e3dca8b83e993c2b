"""A model without the words of languages that the shop does not speak.

A piece stays if all its letters are of the shop's scripts, or if one of the given texts needs it; what encloses texts
and stands for unknown signs stays too. A text then has the same tokens as before (with new numbers) if it is one of
the given texts or has only letters of these scripts: the pieces that it was cut into are all there, and fewer compete.
Other letters become the unknown token. Vectors of such texts do not change: rows of the word table are left out, none
is touched.

Nothing becomes faster by it, for no layer has less to do; the file and the tokenizer become smaller.
"""

from __future__ import annotations

import shutil
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import orjson
import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer

from shelfwise.errors import InputError
from shelfwise.language.exported import TOKENIZER
from shelfwise.training.export.base import writing
from shelfwise.training.export.bert import WEIGHTS
from shelfwise.training.export.folders import read_folder, read_json
from shelfwise.training.shrink.scripts import ENGLISH_CHINESE, Script, written_in

_MARKS: Final = ("▁", "##")  # before a piece that begins a word, or goes on with one
_SLOW: Final = ("vocab.txt", "sentencepiece.bpe.model", "special_tokens_map.json")  # say the same, of all words
_CHUNK: Final = 1000


@dataclass(frozen=True, slots=True)
class Pruned:
    """A folder with a smaller word table: how many words it has, and how many there were."""

    folder: Path
    kept: int
    of: int


def prune_vocabulary(
    model: Path, into: Path, *, scripts: Sequence[Script] = ENGLISH_CHINESE, texts: Iterable[str] = ()
) -> Pruned:
    """Writes the model again, its words cut to those of the scripts and texts (module docstring).

    The word table is cut, and every other tensor that has a row for each word.

    Raises:
        InputError: the folder is no encoder with weights in safetensors and a Unigram or WordPiece tokenizer.
    """
    inner = read_folder(model).transformer.relative_to(model)
    said = read_json(model / inner / TOKENIZER)
    pieces = _pieces(said, model / inner / TOKENIZER)
    rows = kept_rows(said, pieces, scripts, texts)
    with writing(into) as part:
        shutil.copytree(model, part, dirs_exist_ok=True, ignore=shutil.ignore_patterns(*_SLOW, "*.md"))
        _cut_weights(part / inner / WEIGHTS, rows, len(pieces))
        _cut_tokenizer(said, rows, part / inner)
        _cut_config(part / inner / "config.json", rows)
    return Pruned(into, len(rows), len(pieces))


def kept_rows(
    tokenizer: dict[str, Any], pieces: Sequence[str], scripts: Collection[str], texts: Iterable[str]
) -> list[int]:
    """The ids that stay, ascending. `tokenizer`: its JSON."""
    kept = {each["id"] for each in tokenizer["added_tokens"]}
    kept |= {row for row, piece in enumerate(pieces) if written_in(_letters(piece), scripts)}
    if tokenizer["model"].get("unk_id") is not None:
        kept.add(tokenizer["model"]["unk_id"])
    return sorted(kept | _seen(tokenizer, texts))


def _seen(tokenizer: dict[str, Any], texts: Iterable[str]) -> set[int]:
    opened = Tokenizer.from_str(orjson.dumps(tokenizer).decode())
    opened.no_truncation()
    opened.no_padding()
    seen: set[int] = set()
    chunk: list[str] = []
    for text in texts:
        chunk.append(text)
        if len(chunk) == _CHUNK:
            seen.update(*(each.ids for each in opened.encode_batch_fast(chunk)))
            chunk = []
    return seen.union(*(each.ids for each in opened.encode_batch_fast(chunk)))


def _letters(piece: str) -> str:
    for mark in _MARKS:
        piece = piece.removeprefix(mark)
    return piece


def _pieces(tokenizer: dict[str, Any], path: Path) -> list[str]:
    """The pieces in order of their ids."""
    model = tokenizer["model"]
    if model.get("type") == "Unigram":
        return [text for text, _ in model["vocab"]]
    if model.get("type") == "WordPiece":
        return sorted(model["vocab"], key=model["vocab"].__getitem__)
    raise InputError(f"{path}: its model is {model.get('type')}, expected Unigram or WordPiece.")


def _cut_weights(path: Path, rows: list[int], words: int) -> None:
    if not path.is_file():
        raise InputError(f"{path}: there is no such file; only safetensors are read.")
    at = torch.tensor(rows)
    tensors = {
        name: each[at].clone() if each.dim() and len(each) == words else each for name, each in load_file(path).items()
    }
    path.unlink()  # the copy: mapped into memory as it was read
    save_file(tensors, path, metadata={"format": "pt"})


def _cut_tokenizer(said: dict[str, Any], rows: list[int], folder: Path) -> None:
    new = {old: place for place, old in enumerate(rows)}
    model = said["model"]
    if model["type"] == "Unigram":
        model = model | {"vocab": [model["vocab"][row] for row in rows], "unk_id": new[model["unk_id"]]}
    else:
        model = model | {"vocab": {piece: new[row] for piece, row in model["vocab"].items() if row in new}}
    added = [each | {"id": new[each["id"]]} for each in said["added_tokens"]]
    cut = said | {"model": model, "added_tokens": added, "post_processor": _renumber(said.get("post_processor"), new)}
    (folder / TOKENIZER).write_bytes(orjson.dumps(cut))
    path = folder / "tokenizer_config.json"
    config = read_json(path, {})
    if "added_tokens_decoder" in config:
        config["added_tokens_decoder"] = {
            str(new[int(row)]): each for row, each in config["added_tokens_decoder"].items()
        }
    path.write_bytes(orjson.dumps(config, option=orjson.OPT_INDENT_2))


def _renumber(after: dict[str, Any] | None, new: dict[int, int]) -> dict[str, Any] | None:
    """What encloses texts, with the new numbers: of a template, or a pair (token, id) of `sep` and `cls`."""
    if after is None:
        return None
    if after["type"] == "TemplateProcessing":
        tokens = {
            name: each | {"ids": [new[row] for row in each["ids"]]} for name, each in after["special_tokens"].items()
        }
        return after | {"special_tokens": tokens}
    return after | {key: [after[key][0], new[after[key][1]]] for key in ("sep", "cls") if key in after}


def _cut_config(path: Path, rows: list[int]) -> None:
    new = {old: place for place, old in enumerate(rows)}
    config = read_json(path)
    ids = {key: new.get(value) for key, value in config.items() if key.endswith("_token_id") and value is not None}
    path.write_bytes(orjson.dumps(config | ids | {"vocab_size": len(rows)}, option=orjson.OPT_INDENT_2))
