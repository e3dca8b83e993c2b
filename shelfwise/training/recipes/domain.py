"""The recipe of domain pre-training: the base fills in masked words of the shop's own texts.

    L = −Σ_{t ∈ M} log p(xₜ | x without M)        M: a share of the tokens, drawn anew each time

What is learned are the shop's words and how they go together, without a single judgment. The encoder that comes out has
forgotten some of how to place sentences; a bi-encoder recipe is meant to follow.

Source: Devlin et al., NAACL 2019; for domains, Gururangan et al., ACL 2020.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from datasets import Dataset
from pydantic import Field
from transformers import AutoModelForMaskedLM, DataCollatorForLanguageModeling, PreTrainedTokenizerBase

from shelfwise.errors import InputError
from shelfwise.training.recipes.base import Recipe

LEAST: Final = 20  # texts


class DomainRecipe(Recipe):
    """How a base is pre-trained on a shop's texts. mask: share of tokens that are to be guessed.

    patience does nothing here: masks are drawn anew each time the loss is measured, and its ups and downs are theirs.
    """

    mask: float = Field(default=0.15, gt=0, lt=1)
    epochs: float = Field(default=1.0, gt=0, le=1000)


def masked_model(folder: Path) -> Any:
    """The base with a head that guesses words: the word table itself, behind a layer that begins as the identity.

    A base that was trained as an encoder comes without such a head; a random one would first have to be learned, and
    pull the encoder about meanwhile.
    """
    model = AutoModelForMaskedLM.from_pretrained(str(folder), use_safetensors=True)
    head = getattr(getattr(model, "cls", None), "predictions", None)
    transform = getattr(head, "transform", None)
    if transform is not None:
        width = transform.dense.weight.shape[0]
        transform.dense.weight.data.zero_().fill_diagonal_(1.0)
        transform.dense.bias.data.zero_()
        transform.LayerNorm.weight.data.fill_(1.0 / math.sqrt(width))
    return model


def token_rows(tokenizer: PreTrainedTokenizerBase, texts: Sequence[str], longest: int, least: int = 1) -> Dataset:
    """Token ids of the texts, each once.

    Raises:
        InputError: there are too few.
    """
    distinct = list(dict.fromkeys(text for text in texts if text.strip()))
    if len(distinct) < least:
        raise InputError(
            f"{len(distinct)} texts that differ, expected {least} or more to learn a shop's language from."
        )
    ids = tokenizer(distinct, truncation=True, max_length=longest, return_special_tokens_mask=True)
    return Dataset.from_dict({name: ids[name] for name in ("input_ids", "attention_mask", "special_tokens_mask")})


def masking(recipe: DomainRecipe, tokenizer: PreTrainedTokenizerBase) -> DataCollatorForLanguageModeling:
    """Draws the masks, seeded."""
    return DataCollatorForLanguageModeling(tokenizer, mlm=True, mlm_probability=recipe.mask, seed=recipe.seed)
