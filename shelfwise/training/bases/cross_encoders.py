"""What the training of a cross-encoder begins from."""

from __future__ import annotations

import tempfile
from pathlib import Path

from sentence_transformers import CrossEncoder, SentenceTransformer
from torch import nn
from transformers import BertModel, PreTrainedTokenizerFast

from shelfwise.errors import InputError
from shelfwise.training.bases.pair_tokenizer import pair_tokenizer
from shelfwise.training.bases.pairs import pair_model
from shelfwise.training.export.folders import read_folder
from shelfwise.training.methods.additions import SETTINGS
from shelfwise.training.methods.folders import read_model, transformer


def open_cross_encoder_base(folder: Path, max_tokens: int) -> CrossEncoder:
    """A cross-encoder out of a folder: itself where it is one, else one that begins as the encoder in it (pairs.py).

    A transformer that is neither, or an encoder that is not a BERT with mean or first pooling, gets a head of one score
    that begins at random.

    Raises:
        InputError: the encoder was trained by a method that could not be merged.
    """
    if not (folder / "modules.json").is_file():
        return _opened(str(folder), max_tokens)
    if (folder / SETTINGS).is_file():
        raise InputError(
            f"{folder}: has a prefix or bottlenecks, which a cross-encoder cannot begin from.",
            hint="Begin from an encoder trained with full, lora or adalora.",
        )
    said = read_folder(folder)
    if said.pooling != "own":
        encoder = read_model(SentenceTransformer, folder)
        body, tokenizer = transformer(encoder), encoder.tokenizer
        if isinstance(body, BertModel) and isinstance(tokenizer, PreTrainedTokenizerFast):
            with tempfile.TemporaryDirectory() as bare:
                pair_model(body, said.pooling).save_pretrained(bare)
                pair_tokenizer(tokenizer, said.prefixes).save_pretrained(bare)
                return _opened(bare, max_tokens)
    return _opened(str(folder), max_tokens)


def _opened(folder: str, max_tokens: int) -> CrossEncoder:
    """Its scores are logits: a sigmoid would make those of fitting texts equal."""
    made: CrossEncoder = CrossEncoder(
        folder,
        num_labels=1,
        max_length=max_tokens,
        device="cpu",
        activation_fn=nn.Identity(),
        model_kwargs={"use_safetensors": True},
    )
    return made
