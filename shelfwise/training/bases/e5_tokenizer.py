"""The tokenizer of multilingual-e5-small as Transformers' fast tokenizer: the same tokens as serving's (tested)."""

from __future__ import annotations

from typing import Any, Final

from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

from shelfwise.language.encoders.e5_weights import E5Weights

_VANISH: Final = "[\\x00-\\x08\\x0b\\x0e-\\x1f\\x7f\\x{8f}\\x{9f}]"
_SPACE: Final = "[\\t\\n\\x0c\\r\\x{1680}\\x{200b}-\\x{200f}\\x{2028}\\x{2029}\\x{2581}\\x{feff}\\x{fffd}]"
_FULL_WIDTH_TILDE: Final = "\uff5e"  # NFKC would make it "~", the model was trained with it as it is
_PLACEHOLDER: Final = "\ue0fe"  # private use: stands for it meanwhile


def build_tokenizer(weights: E5Weights) -> Tokenizer:
    """A Unigram tokenizer over the packed file's pieces, ids in their order."""
    tokenizer = Tokenizer(models.Unigram(weights.pieces, unk_id=weights.unknown, byte_fallback=False))
    tokenizer.normalizer = build_normalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always", split=False)
    tokenizer.decoder = decoders.Metaspace(replacement="▁", prepend_scheme="always")
    begin, end = (weights.pieces[each][0] for each in (weights.begin, weights.end))
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{begin} $A {end}",
        pair=f"{begin} $A {end} {end} $B {end}",
        special_tokens=[(begin, weights.begin), (end, weights.end)],
    )
    return tokenizer


def build_normalizer() -> normalizers.Normalizer:
    """What happens to a text before it is cut into pieces (as serving's `normalise`)."""
    return normalizers.Sequence(
        [
            normalizers.Replace(Regex(_VANISH), ""),
            normalizers.Replace(Regex(_SPACE), " "),
            normalizers.Replace(_FULL_WIDTH_TILDE, _PLACEHOLDER),
            normalizers.NFKC(),
            normalizers.Replace(_PLACEHOLDER, _FULL_WIDTH_TILDE),
            normalizers.Replace(Regex(" {2,}"), " "),
        ]
    )


def special_tokens(weights: E5Weights) -> dict[str, Any]:
    """What PreTrainedTokenizerFast wants to know."""
    named = {"bos": weights.begin, "eos": weights.end, "pad": weights.pad, "unk": weights.unknown}
    tokens: dict[str, Any] = {f"{name}_token": weights.pieces[row][0] for name, row in named.items()}
    tokens |= {"cls_token": tokens["bos_token"], "sep_token": tokens["eos_token"], "mask_token": "<mask>"}
    return tokens
