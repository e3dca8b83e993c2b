"""A Sentence-Transformers folder as a folder that serving reads: graph, tokenizer, and what goes before texts.

Relations: a BERT whose states are pooled by mean or by the first token is written by our own graph writer (fused
attention, 8 bits by smoothing; language/encoders/bert_graph.py). All else (other architectures, additions such as a
prefix or bottlenecks, dense layers after pooling) is traced by PyTorch and quantized by ONNX Runtime (traced.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from shelfwise.language.exported import MODEL, TOKENIZER, Manifest, digest
from shelfwise.training.export.base import Exported, Precision, Writer, check_precision, size_of, writing
from shelfwise.training.export.bert import read_bert
from shelfwise.training.export.calibration import feeds, texts_of
from shelfwise.training.export.folders import EncoderFolder, read_folder
from shelfwise.training.export.fused import write_graph
from shelfwise.training.export.tokens import copy_tokenizer
from shelfwise.training.export.traced import trace


def export_encoder(
    model: Path, into: Path, precision: Precision = "int8", *, texts: Sequence[str] = (), name: str = ""
) -> Exported:
    """Writes `model.onnx`, its tokenizer and `encoder.json` into a folder, which is replaced as a whole.

    texts: what 8 bits are calibrated with (some dozens of the shop's own products and queries), a few of ours if none.
    name: begins the encoder's name, the folder's own if empty.

    Raises:
        InputError: the folder holds no encoder in safetensors with a fast tokenizer, or the precision is unknown.
    """
    check_precision(precision)
    folder = read_folder(model)
    with writing(into) as part:
        tokenizer = copy_tokenizer(folder.transformer, part)
        writer, dim = _write(model, folder, part, precision, texts_of(folder.prefixes, texts))
        manifest = Manifest(
            kind="encoder",
            name=name or model.resolve().name,
            dim=dim,
            max_tokens=folder.max_tokens,
            precision=precision,
            digest=digest(part / MODEL),
            prefixes=folder.prefixes,
            pooling=folder.pooling,
            tokenizer=tokenizer,
        )
        manifest.write(part)
    return Exported(into, "encoder", manifest.name, precision, writer, dim, size_of(into))


def _write(
    model: Path, folder: EncoderFolder, part: Path, precision: Precision, texts: Sequence[str]
) -> tuple[Writer, int]:
    inputs = feeds(part / TOKENIZER, texts, folder.max_tokens)
    if folder.pooling != "own":
        weights = read_bert(folder.transformer, small=precision != "float32")
        if weights is not None:
            write_graph(weights, inputs, precision, folder.pooling, part / MODEL)
            return "fused", weights.hidden
    return "traced", trace(model, pairs=False, feeds=inputs, precision=precision, into=part / MODEL)
