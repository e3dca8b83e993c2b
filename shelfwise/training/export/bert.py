"""The weights of a BERT out of a Transformers folder, as the writer of graphs wants them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
from safetensors import SafetensorError, safe_open

from shelfwise.errors import InputError
from shelfwise.language.encoders.bert_graph import Head
from shelfwise.language.encoders.bert_weights import PARTS, DenseBert, Rows8, WordTable, exact_blocks
from shelfwise.training.export.folders import read_json
from shelfwise.training.methods.additions import SETTINGS
from shelfwise.types import Float32

WEIGHTS: Final = "model.safetensors"
_PAIRS: Final = "pair-bert"  # bases/pairs.py
_WORDS: Final = "embeddings.word_embeddings.weight"
_TABLES: Final = {
    _WORDS: "words",
    "embeddings.position_embeddings.weight": "emb.pos",
    "embeddings.token_type_embeddings.weight": "emb.type",
    "embeddings.LayerNorm.weight": "emb.ln.w",
    "embeddings.LayerNorm.bias": "emb.ln.b",
}
_HEAD: Final = {"pooler.dense": "pooler", "classifier": "score"}
_GAINS: Final = {"score.gains": "pair.gains"}
_KINDS: Final = {False: ("bert", "roberta", "xlm-roberta"), True: ("bert", _PAIRS)}  # without and with scores
_UNUSED: Final = ("embeddings.position_ids", "pooler.dense.weight", "pooler.dense.bias")


def read_bert(folder: Path, *, small: bool, scores: bool = False) -> DenseBert | None:
    """The weights of a BERT-shaped model in safetensors; None where the folder holds another
    architecture, or one with additions.

    The word table comes in 4-bit blocks where that is exact, else in 8-bit rows if it is to be `small`. scores: with
    the pooler and the head of one score.

    Raises:
        InputError: there are no weights in safetensors, or a tensor is missing.
    """
    config = read_json(folder / "config.json")
    if (folder / SETTINGS).is_file() or not _is_bert(config, scores):
        return None
    tensors, names = _tensors(folder), _names(config, scores)
    if set(tensors) - set(names) - set(_UNUSED):
        return None
    if missing := sorted(set(names) - set(tensors)):
        raise InputError(f"{folder / WEIGHTS}: {missing[0]} is missing, with {len(missing) - 1} others.")
    floats, matrices = _sort({name: tensors[long] for long, name in names.items()})
    words, hidden = matrices.pop("words"), int(config["hidden_size"])
    if config["model_type"] == _PAIRS:
        floats |= {f"pair.{name}": np.array([config[name]], np.float32) for name in ("across", "temperature")}
    elif config["model_type"] != "bert":  # positions begin at pad + 1
        floats["emb.pos"] = floats["emb.pos"].reshape(-1, hidden)[int(config["pad_token_id"]) + 1 :].reshape(-1)
    table: WordTable = exact_blocks(words) or (Rows8.of(words) if small else words)
    sizes = (hidden, int(config["num_hidden_layers"]), int(config["num_attention_heads"]))
    return DenseBert(*sizes, float(config["layer_norm_eps"]), floats, matrices, table)


def read_words(folder: Path) -> Float32:
    """The word table alone, Float32[V, hidden].

    Raises:
        InputError: there are no weights in safetensors, or none of them is a word table.
    """
    tables = [each for name, each in _tensors(folder).items() if name.endswith(_WORDS)]
    if len(tables) != 1:
        raise InputError(f"{folder / WEIGHTS}: {len(tables)} tensors end with {_WORDS}, expected one.")
    return tables[0]


def head_of(folder: Path) -> Head:
    """Which head a BERT that scores pairs has."""
    config = read_json(folder / "config.json")
    heads: dict[str, Head] = {"mean": "pair-mean", "first": "pair-first"}
    return heads[config["pooling"]] if config["model_type"] == _PAIRS else "score"


def _is_bert(config: Mapping[str, Any], scores: bool) -> bool:
    return (
        config.get("model_type") in _KINDS[scores]
        and config.get("hidden_act") == "gelu"
        and config.get("position_embedding_type", "absolute") == "absolute"
        and not config.get("is_decoder")
    )


def _names(config: Mapping[str, Any], scores: bool) -> dict[str, str]:
    """Transformers' name of each tensor → the short one."""
    names = dict(_TABLES)
    for layer in range(int(config["num_hidden_layers"])):
        for short, long in PARTS.items():
            for end in ("weight", "bias"):
                names[f"encoder.layer.{layer}.{long}.{end}"] = f"l{layer}.{short}.{end[0]}"
    if config["model_type"] == _PAIRS:
        names |= _GAINS
    elif scores:
        names |= {f"{long}.{end}": f"{short}.{end[0]}" for long, short in _HEAD.items() for end in ("weight", "bias")}
    return names


def _tensors(folder: Path) -> dict[str, Float32]:
    """All tensors, float32, without the name of the model that Transformers puts before them."""
    path = folder / WEIGHTS
    if not path.is_file():
        raise InputError(f"{path}: there is no such file; only safetensors are read.")
    try:
        with safe_open(str(path), framework="pt") as file:
            found = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (SafetensorError, OSError) as error:
        raise InputError(f"{path}: cannot be read: {error}.", hint="Is it damaged? Train or fetch it again.") from error
    return {_plain(name): np.asarray(tensor.float().numpy()) for name, tensor in found.items()}


def _plain(name: str) -> str:
    return name.removeprefix("bert.").removeprefix("roberta.")


def _sort(tensors: Mapping[str, Float32]) -> tuple[dict[str, Float32], dict[str, Float32]]:
    """Vectors, the tables of positions and types among them (flat), and matrices, the word table among these."""
    flat = {name for name, each in tensors.items() if each.ndim < 2 or name.startswith("emb.")}
    matrices = {name.removesuffix(".w"): each for name, each in tensors.items() if name not in flat}
    return {name: tensors[name].reshape(-1) for name in flat}, matrices
