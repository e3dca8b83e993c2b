"""A Transformers folder that scores pairs (one label) as a folder that serving reads."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from shelfwise.errors import InputError
from shelfwise.language.exported import MODEL, PIECES, TOKENIZER, Manifest, digest
from shelfwise.training.export.base import Exported, Precision, Writer, check_precision, size_of, writing
from shelfwise.training.export.bert import head_of, read_bert
from shelfwise.training.export.calibration import feeds, pairs_of
from shelfwise.training.export.folders import max_tokens, read_json
from shelfwise.training.export.fused import write_graph
from shelfwise.training.export.tokens import copy_tokenizer
from shelfwise.training.export.traced import trace


def export_cross_encoder(
    model: Path, into: Path, precision: Precision = "int8", *, pairs: Sequence[tuple[str, str]] = (), name: str = ""
) -> Exported:
    """As `export_encoder`, for a sequence classifier with one label: pairs in, the logit out.

    pairs: queries and texts that 8 bits are calibrated with, a few of ours if none.

    Raises:
        InputError: the folder holds no classifier with one label in safetensors, or the precision is unknown.
    """
    check_precision(precision)
    longest = max_tokens(model)
    _check(model)
    with writing(into) as part:
        copy_tokenizer(model, part)
        (part / PIECES).unlink(missing_ok=True)  # SentencePiece knows no pairs
        writer = _write(model, part, precision, pairs_of(pairs), longest)
        manifest = Manifest(
            kind="cross-encoder",
            name=name or model.resolve().name,
            dim=1,
            max_tokens=longest,
            precision=precision,
            digest=digest(part / MODEL),
            pooling="first" if writer == "fused" else "own",
        )
        manifest.write(part)
    return Exported(into, "cross-encoder", manifest.name, precision, writer, 1, size_of(into))


def _check(model: Path) -> None:
    config = read_json(model / "config.json")
    labels = config.get("num_labels", len(config.get("id2label") or "12"))
    if not str((config.get("architectures") or ("",))[0]).endswith("ForSequenceClassification") or labels != 1:
        raise InputError(
            f"{model / 'config.json'}: {config.get('architectures')} with {labels} labels, "
            "expected a …ForSequenceClassification with 1."
        )


def _write(model: Path, part: Path, precision: Precision, pairs: Sequence[tuple[str, str]], longest: int) -> Writer:
    inputs = feeds(part / TOKENIZER, pairs, longest)
    weights = read_bert(model, small=precision != "float32", scores=True)
    if weights is None:
        trace(model, pairs=True, feeds=inputs, precision=precision, into=part / MODEL)
        return "traced"
    write_graph(weights, inputs, precision, head_of(model), part / MODEL)
    return "fused"
