"""What a Sentence-Transformers folder says of itself, read from its JSON files without loading the model."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import orjson

from shelfwise.errors import InputError
from shelfwise.language.exported import Pooling

LONGEST: Final = 512
_DEFAULT_TOKENS: Final = 128
_POOLINGS: Final[dict[str, Pooling]] = {"mean": "mean", "cls": "first"}
_PROMPTS: Final = (("query",), ("document", "passage", "corpus"))


@dataclass(frozen=True, slots=True)
class EncoderFolder:
    """Where the transformer lies, how its states become a vector, what goes before texts, and where they are cut.

    pooling: "mean" or "first" where the folder has no more than transformer, pooling and normalisation; else "own".
    """

    transformer: Path
    pooling: Pooling
    prefixes: tuple[str, str]
    max_tokens: int


def read_folder(folder: Path) -> EncoderFolder:
    """The folder of an encoder.

    Raises:
        InputError: it is no Sentence-Transformers folder, or its pooling leaves the prompt out.
    """
    modules = read_json(folder / "modules.json")
    kinds = [(str(each["type"]).rsplit(".", 1)[-1], folder / str(each["path"])) for each in modules]
    if not kinds or kinds[0][0] != "Transformer":
        found = ", ".join(kind for kind, _ in kinds) or "nothing"
        raise InputError(f"{folder / 'modules.json'}: found {found}, expected a Transformer first.")
    transformer = kinds[0][1]
    prompts = read_json(folder / "config_sentence_transformers.json", {}).get("prompts") or {}
    prefixes = [next((prompts[name] for name in names if prompts.get(name)), "") for names in _PROMPTS]
    return EncoderFolder(transformer, _pooling(kinds), (prefixes[0], prefixes[1]), max_tokens(transformer))


def max_tokens(transformer: Path) -> int:
    """Where the folder cuts texts: `max_seq_length` or `model_max_length`; 128 where it says nothing, 512 at most."""
    said = [
        read_json(transformer / "sentence_bert_config.json", {}).get("max_seq_length"),
        read_json(transformer / "tokenizer_config.json", {}).get("model_max_length"),
    ]
    return min(next((int(each) for each in said if each and each < 1e6), _DEFAULT_TOKENS), LONGEST)


def read_json(path: Path, default: Any = None) -> Any:
    """The content of a JSON file; `default` where there is none, if one is given.

    Raises:
        InputError: it is missing or is not JSON.
    """
    try:
        return orjson.loads(path.read_bytes())
    except FileNotFoundError:
        if default is not None:
            return default
        raise InputError(f"{path}: there is no such file; expected the folder of a trained model.") from None
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: {error}.") from error


def _pooling(kinds: list[tuple[str, Path]]) -> Pooling:
    poolings = [path for kind, path in kinds if kind == "Pooling"]
    found = [read_json(path / "config.json") for path in poolings]
    if any(each.get("include_prompt") is False for each in found):
        raise InputError(f"{poolings[0]}: its pooling leaves the prompt out, which an export cannot.")
    if [kind for kind, _ in kinds if kind != "Normalize"] != ["Transformer", "Pooling"]:
        return "own"
    modes = {
        name.removeprefix("pooling_mode_").removesuffix("_tokens").removesuffix("_token")
        for name, value in found[0].items()
        if name.startswith("pooling_mode_") and value is True
    }  # as older versions write it
    said = found[0].get("pooling_mode")
    names = {said} if isinstance(said, str) else modes
    return _POOLINGS.get(next(iter(names)), "own") if len(names) == 1 else "own"
