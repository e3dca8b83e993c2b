"""A model folder as Sentence-Transformers keeps it: weights in safetensors, tokenizer, pooling, prompts."""

from __future__ import annotations

import tempfile
from pathlib import Path

from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Normalize, Pooling, Transformer
from transformers import PreTrainedModel, PreTrainedTokenizerBase


def assemble(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    into: Path,
    *,
    prefixes: tuple[str, str],
    max_tokens: int,
) -> None:
    """Writes an encoder: transformer, mean pooling, unit length, and what goes before queries and products."""
    with tempfile.TemporaryDirectory() as bare:
        model.save_pretrained(bare)
        tokenizer.save_pretrained(bare)
        body = Transformer(bare, max_seq_length=max_tokens)
        pooling = Pooling(body.get_embedding_dimension(), pooling_mode="mean")
        prompts = dict(zip(("query", "document"), prefixes, strict=True))
        SentenceTransformer(modules=[body, pooling, Normalize()], prompts=prompts, device="cpu").save(str(into))
