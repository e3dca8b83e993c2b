"""Tiny encoders and cross-encoders of Sentence-Transformers, with a tokenizer of a few words."""

from __future__ import annotations

from pathlib import Path

from sentence_transformers import CrossEncoder, SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Normalize, Pooling, Transformer
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from transformers import PreTrainedTokenizerFast

from tests.training.tiny import WIDTH, WORDS, tiny

SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
VOCABULARY = (*SPECIAL, *(f"w{number}" for number in range(WORDS - len(SPECIAL))))
TEXTS = ["w1 w2 w3", "w4", "w5 w6 w7 w8 w9", "w1 w9"]


def tokenizer() -> PreTrainedTokenizerFast:
    """Words w0, w1, … between spaces."""
    words = Tokenizer(models.WordLevel({word: row for row, word in enumerate(VOCABULARY)}, unk_token="[UNK]"))
    words.pre_tokenizer = pre_tokenizers.Whitespace()
    words.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    named = dict(zip(("pad_token", "unk_token", "cls_token", "sep_token", "mask_token"), SPECIAL, strict=True))
    return PreTrainedTokenizerFast(
        tokenizer_object=words, model_max_length=32, model_input_names=["input_ids", "attention_mask"], **named
    )


def encoder(folder: Path, *, dropout: float = 0.0) -> SentenceTransformer:
    """Mean pooling and unit length over a tiny BertModel; `folder` holds its parts."""
    tiny("encoder", dropout=dropout).save_pretrained(folder)  # type: ignore[operator]
    tokenizer().save_pretrained(folder)
    body = Transformer(str(folder), max_seq_length=32)
    return SentenceTransformer(modules=[body, Pooling(WIDTH, pooling_mode="mean"), Normalize()], device="cpu")


def cross_encoder(folder: Path) -> CrossEncoder:
    """A tiny BertForSequenceClassification with one output."""
    tiny("cross-encoder").save_pretrained(folder)  # type: ignore[operator]
    tokenizer().save_pretrained(folder)
    return CrossEncoder(str(folder), device="cpu", max_length=32)
