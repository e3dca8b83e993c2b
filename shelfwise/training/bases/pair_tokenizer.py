"""A tokenizer that reads a query and a text as an encoder reads each of them, one after the other."""

from __future__ import annotations

from typing import Any, Final

from tokenizers import Tokenizer
from tokenizers.processors import TemplateProcessing
from transformers import PreTrainedTokenizerBase, PreTrainedTokenizerFast

_NAMED: Final = ("bos_token", "eos_token", "pad_token", "unk_token", "cls_token", "sep_token", "mask_token")


def pair_tokenizer(tokenizer: PreTrainedTokenizerBase, prefixes: tuple[str, str]) -> PreTrainedTokenizerFast:
    """`<s> prefix query </s> <s> prefix text </s>`; types are 0 for the query's half and 1 for the text's.

    A text alone is read as a query. prefixes: what the encoder puts before queries and products.
    """
    found: Any = tokenizer
    backend = Tokenizer.from_str(found.backend_tokenizer.to_str())
    backend.no_padding()
    backend.no_truncation()
    ends = {token: [found.convert_tokens_to_ids(token)] for token in (found.cls_token, found.sep_token)}
    said = {
        f"[{part}]": backend.encode(text.strip(), add_special_tokens=False).ids
        for part, text in zip("AB", prefixes, strict=True)
    }
    query, text = (
        [found.cls_token, *([f"[{part}]"] if said[f"[{part}]"] else []), f"${part}", found.sep_token] for part in "AB"
    )
    backend.post_processor = TemplateProcessing(
        single=[f"{each}:0" for each in query],
        pair=[f"{each}:{number}" for number, half in enumerate((query, text)) for each in half],
        special_tokens=[_special(backend, name, ids) for name, ids in (ends | said).items() if ids],
    )
    return PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=backend,
        model_max_length=found.model_max_length,
        model_input_names=["input_ids", "attention_mask", "token_type_ids"],
        **{name: getattr(found, name) for name in _NAMED if getattr(found, name, None) is not None},
    )


def _special(backend: Tokenizer, name: str, ids: list[int]) -> dict[str, Any]:
    return {"id": name, "ids": ids, "tokens": [backend.id_to_token(each) for each in ids]}
