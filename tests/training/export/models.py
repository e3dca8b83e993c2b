"""Tiny models on disk, each with a tokenizer of its own kind: what an export reads."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from sentence_transformers import CrossEncoder, SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Normalize, Pooling, Transformer
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import (
    BertConfig,
    BertForSequenceClassification,
    BertModel,
    DistilBertConfig,
    DistilBertModel,
    PreTrainedTokenizerFast,
    XLMRobertaConfig,
    XLMRobertaModel,
)

from shelfwise.language.encoders.e5_weights import E5Weights
from shelfwise.training.bases.e5_tokenizer import build_tokenizer

LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789-.:"
CHARACTERS = "手机数据线耳键盘黑色的"
TEXTS = [
    "usb cable",
    "a",
    "",
    "机械键盘 red 2m",
    "query: wireless 耳机, black",
    "brother tn-2110 toner 黑色 " * 3,
    "ü unknown 龘 signs",
]
_SIZES: dict[str, Any] = {
    "hidden_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "intermediate_size": 128,
    "max_position_embeddings": 70,
    "initializer_range": 0.15,
}


def unigram() -> PreTrainedTokenizerFast:
    """Pieces as multilingual-e5-small has them."""
    special = [("<s>", 0.0), ("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0)]
    pieces = [("▁", -2.0), *((f"▁{each}", -3.0) for each in LETTERS), *((each, -4.0) for each in LETTERS + CHARACTERS)]
    pieces += [("▁query", -3.0), ("机械", -3.5), ("▁wire", -4.0), ("less", -4.5), ("<mask>", 0.0)]
    weights = E5Weights(0, 0, 0, 0.0, special + pieces, 0, 2, 1, 3, {}, {}, {}, "")
    named = {"bos_token": "<s>", "cls_token": "<s>", "eos_token": "</s>", "sep_token": "</s>", "pad_token": "<pad>"}
    return _fast(build_tokenizer(weights), **named, unk_token="<unk>", mask_token="<mask>")


def wordpiece() -> PreTrainedTokenizerFast:
    """Pieces as an English BERT has them, with a type for each text of a pair."""
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *LETTERS, *(f"##{each}" for each in LETTERS), *CHARACTERS]
    tokenizer = Tokenizer(models.WordPiece({word: row for row, word in enumerate(words)}, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    named = {"cls_token": "[CLS]", "sep_token": "[SEP]", "pad_token": "[PAD]"}
    return _fast(tokenizer, **named, unk_token="[UNK]", mask_token="[MASK]", types=True)


def encoder(folder: Path, kind: str = "bert", pooling: str = "mean", **prompts: str) -> SentenceTransformer:
    """Writes and returns an encoder of kind "bert" (WordPiece), "e5" (Unigram), "xlm-roberta" or "distilbert"."""
    tokenizer = unigram() if kind in {"e5", "xlm-roberta"} else wordpiece()
    torch.manual_seed(0)
    model = _model(kind, len(tokenizer))
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    body = Transformer(str(folder), max_seq_length=32)
    modules = [body, Pooling(64, pooling_mode=pooling), Normalize()]
    made = SentenceTransformer(modules=modules, prompts=prompts, device="cpu")
    made.save_pretrained(str(folder), create_model_card=False)
    return made


def cross_encoder(folder: Path, labels: int = 1) -> CrossEncoder:
    """Writes and returns a BERT with one score."""
    tokenizer = wordpiece()
    torch.manual_seed(0)
    config = BertConfig(vocab_size=len(tokenizer), num_labels=labels, **_SIZES)
    BertForSequenceClassification(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    made = CrossEncoder(str(folder), device="cpu", max_length=32)
    made.save_pretrained(str(folder), create_model_card=False)
    return made


def _model(kind: str, rows: int) -> Any:
    if kind == "distilbert":
        sizes = {"dim": 64, "n_layers": 2, "n_heads": 4, "hidden_dim": 128, "max_position_embeddings": 70}
        return DistilBertModel(DistilBertConfig(vocab_size=rows, initializer_range=0.15, **sizes))
    if kind == "xlm-roberta":
        config = XLMRobertaConfig(vocab_size=rows, pad_token_id=1, type_vocab_size=1, **_SIZES)
        return XLMRobertaModel(config, add_pooling_layer=False)
    return BertModel(BertConfig(vocab_size=rows, **_SIZES), add_pooling_layer=False)


def _fast(tokenizer: Tokenizer, types: bool = False, **named: str) -> PreTrainedTokenizerFast:
    inputs = ["input_ids", "attention_mask"] + (["token_type_ids"] if types else [])
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, model_max_length=32, model_input_names=inputs, **named)
