"""What an exported model says of itself: `encoder.json`, beside `model.onnx` and its tokenizer.

{"kind": "encoder", "name": "shop-encoder", "prefixes": ["query: ", "passage: "], "pooling": "mean",
 "max_tokens": 128, "dim": 384, "precision": "int8", "tokenizer": "tokenizer.json", "digest": "…"}
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Final, Literal, TypeAlias, get_args

import orjson

from shelfwise.errors import EncoderError
from shelfwise.storage import checksum, replace_file

FILE: Final = "encoder.json"
MODEL: Final = "model.onnx"
TOKENIZER: Final = "tokenizer.json"
PIECES: Final = "pieces.model"
TABLE: Final = "table.npz"
Kind: TypeAlias = Literal["encoder", "cross-encoder", "table"]
Pooling: TypeAlias = Literal["mean", "first", "own"]


@dataclass(frozen=True, slots=True)
class Manifest:
    """All that serving needs to know beside the files.

    prefixes: what goes before queries and before products. pooling: how token states become one vector inside the
    graph ("own": by modules of the model itself). max_tokens: longer texts are cut. dim: width of the vectors, 1 for
    scores. precision: "float32", "int8" or "int8-static". tokenizer: the file that serving reads. digest: of the
    weights' file; another file is refused.
    """

    kind: Kind
    name: str
    dim: int
    max_tokens: int
    precision: str
    digest: str
    prefixes: tuple[str, str] = ("", "")
    pooling: Pooling = "mean"
    tokenizer: str = TOKENIZER

    @property
    def weights(self) -> str:
        """The name of the weights' file."""
        return TABLE if self.kind == "table" else MODEL

    def write(self, folder: Path) -> None:
        """Writes the file into the folder."""
        replace_file(folder / FILE, orjson.dumps(asdict(self), option=orjson.OPT_INDENT_2))


def read_manifest(folder: Path, kinds: tuple[Kind, ...] = get_args(Kind)) -> Manifest:
    """What the folder says of itself, its weights compared with the digest.

    Raises:
        EncoderError: there is no such file, a field is missing, unknown or of the wrong type, the model is of another
            kind, or its weights are not those that were exported.
    """
    path = folder / FILE
    try:
        found = orjson.loads(path.read_bytes())
        manifest = _parse(found)
    except OSError as error:
        raise EncoderError(f"{path}: {error.strerror or error}; expected a folder of an exported model.") from error
    except (TypeError, ValueError) as error:
        raise EncoderError(f"{path}: {error}") from error
    if manifest.kind not in kinds:
        raise EncoderError(f"{path}: kind is {manifest.kind!r}, expected {' or '.join(map(repr, kinds))}.")
    weights = folder / manifest.weights
    if not weights.is_file() or digest(weights) != manifest.digest:
        raise EncoderError(f"{weights}: not the file that {FILE} tells of.", hint="Export the model again.")
    return manifest


def digest(path: Path) -> str:
    """The first 16 hexadecimal digits of a file's SHA-256."""
    return checksum(path)[:16]


def _parse(found: object) -> Manifest:
    if not isinstance(found, dict):
        raise ValueError(f"found {type(found).__name__}, expected an object")
    known = {each.name for each in fields(Manifest)}
    if unknown := sorted(set(found) - known):
        raise ValueError(f"unknown fields {', '.join(unknown)}; written by a newer version?")
    manifest = Manifest(**{**found, "prefixes": tuple(found.get("prefixes", ("", "")))})
    if manifest.kind not in get_args(Kind):
        raise ValueError(f"kind is {manifest.kind!r}, expected one of {', '.join(get_args(Kind))}")
    texts = (manifest.name, manifest.digest, manifest.precision, manifest.tokenizer, *manifest.prefixes)
    if len(manifest.prefixes) != 2 or not all(isinstance(each, str) for each in texts):
        raise ValueError("name, digest, precision, tokenizer and the two prefixes: expected text")
    if not all(isinstance(each, int) and each > 0 for each in (manifest.dim, manifest.max_tokens)):
        raise ValueError("dim and max_tokens: expected whole numbers above 0")
    if Path(manifest.tokenizer).name != manifest.tokenizer:
        raise ValueError(f"tokenizer is {manifest.tokenizer!r}, expected the name of a file in the folder")
    return manifest
