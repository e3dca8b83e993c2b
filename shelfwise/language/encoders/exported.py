"""An encoder as training exports it, a graph or a table: a folder, read without PyTorch."""

from __future__ import annotations

from pathlib import Path

from shelfwise.language.base import Encoder
from shelfwise.language.encoders.e5_tokenizer import E5Tokenizer
from shelfwise.language.encoders.onnx import OnnxEncoder, Tokens
from shelfwise.language.encoders.table import load_table
from shelfwise.language.exported import PIECES, read_manifest


def load_exported(folder: Path, threads: int = 0) -> Encoder:
    """The encoder in a folder that `training.export` wrote; `threads` 0: one for each processor.

    Raises:
        EncoderError: a file is missing, damaged or of another kind.
    """
    manifest = read_manifest(folder, ("encoder", "table"))
    if manifest.kind == "table":
        return load_table(folder)
    path = folder / manifest.tokenizer
    tokenizer: Path | Tokens = E5Tokenizer(path, manifest.max_tokens) if manifest.tokenizer == PIECES else path
    return OnnxEncoder(
        folder / manifest.weights,
        tokenizer,
        name=f"{manifest.name}-{manifest.digest}-{manifest.max_tokens}",
        prefixes=manifest.prefixes,
        max_tokens=manifest.max_tokens,
        threads=threads,
    )
