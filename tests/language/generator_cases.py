"""Every generator of the package, ready to be tested; a generator without a case here fails the contract test."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from tokenizers import Tokenizer, decoders, models, pre_tokenizers

from shelfwise.language import generators
from shelfwise.language.base import Generator, JsonSchema
from shelfwise.language.generators.fake import FakeGenerator
from shelfwise.language.generators.metered import MeteredGenerator
from shelfwise.language.generators.openai import OpenAIGenerator
from shelfwise.language.generators.transformers import TransformersGenerator
from tests.language.chat_server import ChatServer

SCHEMA: JsonSchema = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "maxLength": 12},
        "sizes": {"type": "array", "items": {"type": "integer", "minimum": 0, "maximum": 99}, "maxItems": 3},
        "language": {"type": "string", "enum": ["en", "zh"]},
    },
    "required": ["name", "sizes", "language"],
    "additionalProperties": False,
}
REPLY = '{"name": "手机 phone", "sizes": [7, 42], "language": "zh"}'


def implementations() -> set[type]:
    """Every class of the package with a `generate`."""
    found: set[type] = set()
    for module in pkgutil.iter_modules(generators.__path__):
        name = f"{generators.__name__}.{module.name}"
        members = vars(importlib.import_module(name)).values()
        found |= {
            each for each in members if inspect.isclass(each) and each.__module__ == name and "generate" in vars(each)
        }
    return found


def tiny_language_model(folder: Path, seed: int = 0, *, template: bool = True, room: int = 4096) -> Path:
    """A causal model with random weights over single bytes, and its tokenizer with two control tokens."""
    torch, transformers = (pytest.importorskip(name) for name in ("torch", "transformers"))
    pytest.importorskip("llguidance")
    letters = {letter: at for at, letter in enumerate(sorted(pre_tokenizers.ByteLevel.alphabet()))}
    tokenizer = Tokenizer(models.BPE(letters, []))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    fast = transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, eos_token="<|end|>", additional_special_tokens=["<|start|>"]
    )
    if template:
        each = "{% for m in messages %}<|start|>{{ m.role }}\n{{ m.content }}<|end|>{% endfor %}"
        fast.chat_template = each + "{% if add_generation_prompt %}<|start|>assistant\n{% endif %}"
    fast.save_pretrained(folder)
    torch.manual_seed(seed)
    config = transformers.LlamaConfig(
        vocab_size=len(fast) + 6,  # a model's rows are often more than its tokenizer's tokens
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=room,
        bos_token_id=None,
        eos_token_id=fast.eos_token_id,
    )
    transformers.LlamaForCausalLM(config).save_pretrained(folder)
    return folder


@contextmanager
def _endpoint(stream: bool) -> Iterator[Generator]:
    with ChatServer(REPLY) as server:
        generator = OpenAIGenerator(server.url, "m", stream=stream, sleep=lambda seconds: None)
        try:
            yield generator
        finally:
            generator.close()


@contextmanager
def _local(folder: Path) -> Iterator[Generator]:
    yield TransformersGenerator(tiny_language_model(folder))


@contextmanager
def _fake(folder: Path) -> Iterator[Generator]:
    yield FakeGenerator(REPLY)


@contextmanager
def _metered(folder: Path) -> Iterator[Generator]:
    generator = MeteredGenerator(FakeGenerator(REPLY), folder / "book.db", hourly=10**6, daily=10**6)
    try:
        yield generator
    finally:
        generator.close()


CASES: dict[str, tuple[type, Callable[[Path], Any]]] = {
    "openai": (OpenAIGenerator, lambda folder: _endpoint(True)),
    "openai-whole": (OpenAIGenerator, lambda folder: _endpoint(False)),
    "transformers": (TransformersGenerator, _local),
    "fake": (FakeGenerator, _fake),
    "metered": (MeteredGenerator, _metered),
}
