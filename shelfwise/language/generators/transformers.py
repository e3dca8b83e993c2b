"""Text from a causal language model in a local folder. Needs the extra `assistant`, which brings PyTorch."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Sequence
from hashlib import blake2b
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import orjson
from tokenizers.decoders import DecodeStream

from shelfwise.errors import GeneratorError, MissingExtraError
from shelfwise.language.base import DEFAULT_BUDGET, Budget, JsonSchema, Message
from shelfwise.types import Float32


class TransformersGenerator:
    """Any Transformers causal model with a fast tokenizer, decoded greedily: the same messages, the same answer.

    At each place the likeliest token is taken, argmax_t p(t | messages, answer so far); with a schema only among the
    tokens after which the answer can still become JSON of that schema (llguidance), so that it always is, whatever
    the model. The folder is read and nothing is downloaded. Words of a message that the tokenizer would take for its
    own control tokens (`<|im_end|>`) become spaces: no message can end itself and begin another.

    Relations: an endpoint (openai.py) in front of an inference server answers many at once; this one shares the
    cores of the process.

    Raises MissingExtraError without the extra, GeneratorError where the model cannot be loaded or fails.
    """

    def __init__(self, folder: Path, *, clock: Callable[[], float] = time.monotonic) -> None:
        try:
            guidance, torch, transformers = map(import_module, ("llguidance.hf", "torch", "transformers"))
        except ImportError as error:
            raise MissingExtraError.of(error.name or "transformers", "assistant") from error
        try:
            self._tokenizer: Any = transformers.AutoTokenizer.from_pretrained(folder, local_files_only=True)
            self._model: Any = transformers.AutoModelForCausalLM.from_pretrained(folder, local_files_only=True).eval()
            width = int(self._model.get_output_embeddings().weight.shape[0])
            self._grammar = guidance.from_tokenizer(self._tokenizer, n_vocab=width)
        except Exception as error:  # files, configuration and weights fail in many ways
            raise GeneratorError(f"{folder}: not a causal language model with a fast tokenizer: {error}.") from error
        self._torch, self._clock = torch, clock
        self._ends = _ends(self._model.generation_config.eos_token_id, self._tokenizer.eos_token_id)
        control = sorted({token.content for token in self._tokenizer.added_tokens_decoder.values()}, key=len)
        self._control = re.compile("|".join(map(re.escape, reversed(control))) or r"(?!)")
        self.name = f"transformers-{folder.name}-{_fingerprint(folder)}"

    def generate(
        self, messages: Sequence[Message], schema: JsonSchema | None = None, budget: Budget = DEFAULT_BUDGET
    ) -> Iterator[str]:
        """The answer in pieces.

        Raises:
            GeneratorError: the model failed, or made no whole answer within the budget.
        """
        end = self._clock() + budget.seconds
        rule = None if schema is None else _Rule(self._grammar, schema)
        try:
            prompt = self._prompt(messages)
            text = _Text(self._tokenizer)
            for token in self._tokens(prompt, rule, budget.tokens):
                if self._clock() > end:
                    raise GeneratorError(f"{self.name}: the answer took longer than {budget.seconds:g} s.")
                if piece := text.more(token):
                    yield piece
        except GeneratorError:
            raise
        except Exception as error:  # PyTorch raises RuntimeError and kin
            raise GeneratorError(f"{self.name}: failed with {type(error).__name__}.") from error
        if rule is not None and not rule.whole():
            raise GeneratorError(f"{self.name}: the answer is not whole after {budget.tokens} tokens.")

    def _prompt(self, messages: Sequence[Message]) -> list[int]:
        said = [{"role": each.role, "content": self._control.sub(" ", _clean(each.text))} for each in messages]
        if self._tokenizer.chat_template:
            text = self._tokenizer.apply_chat_template(said, add_generation_prompt=True, tokenize=False)
        else:
            text = "".join(f"{each['role']}: {each['content']}\n\n" for each in said) + "assistant:"
        ids: list[int] = self._tokenizer(text, add_special_tokens=not self._tokenizer.chat_template)["input_ids"]
        room = getattr(self._model.config, "max_position_embeddings", None)
        if not ids or (room is not None and len(ids) >= room):
            raise GeneratorError(f"{self.name}: {len(ids)} tokens were asked, the model reads 1 to {room}.")
        return ids

    def _tokens(self, prompt: list[int], rule: _Rule | None, most: int) -> Iterator[int]:
        """The tokens of the answer, until the model ends it or the rule is met."""
        read, past = prompt, None
        for _ in range(most):
            with self._torch.inference_mode():
                out = self._model(input_ids=self._torch.tensor([read]), past_key_values=past, use_cache=True)
            past = out.past_key_values
            scores = out.logits[0, -1].float().numpy()  # [vocabulary]
            token = int(np.argmax(scores if rule is None else rule.allowed(scores)))
            if token in self._ends:
                return
            yield token
            if rule is not None and rule.ends_with(token):
                return
            read = [token]


class _Rule:
    """Which tokens may come next so that the answer becomes JSON of a schema. Raises GeneratorError."""

    def __init__(self, tokenizer: Any, schema: JsonSchema) -> None:
        matcher = import_module("llguidance").LLMatcher
        self._masks = import_module("llguidance.numpy")
        text = orjson.dumps(dict(schema)).decode()
        self._matcher = matcher(tokenizer, matcher.grammar_from_json_schema(text, {"whitespace_flexible": False}))
        self._mask = self._masks.allocate_token_bitmask(1, tokenizer.vocab_size)
        self._check()

    def allowed(self, scores: Float32) -> Float32:
        """The scores with -inf at tokens that may not come, Float32[vocabulary]."""
        self._masks.fill_next_token_bitmask(self._matcher, self._mask)
        self._check()
        masked = scores.copy()
        self._masks.apply_token_bitmask_inplace(masked, self._mask)
        return masked

    def ends_with(self, token: int) -> bool:
        """Takes a token; whether nothing may come after it."""
        self._matcher.consume_token(token)
        self._check()
        return bool(self._matcher.is_stopped())

    def whole(self) -> bool:
        """Whether the tokens taken are a whole answer."""
        return bool(self._matcher.is_accepting() or self._matcher.is_stopped())

    def _check(self) -> None:
        if self._matcher.is_error():
            raise GeneratorError("The answer's schema cannot be kept to: " + self._matcher.get_error().split("\n")[0])


class _Text:
    """Tokens back to text: a character of several tokens comes whole."""

    def __init__(self, tokenizer: Any) -> None:
        self._stream = DecodeStream(skip_special_tokens=True)
        self._tokenizer = tokenizer.backend_tokenizer

    def more(self, token: int) -> str:
        """What the next token adds."""
        return self._stream.step(self._tokenizer, token) or ""


def _clean(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


def _ends(*ids: int | list[int] | None) -> frozenset[int]:
    """All tokens that end an answer."""
    return frozenset(one for each in ids if each is not None for one in ([each] if isinstance(each, int) else each))


def _fingerprint(folder: Path) -> str:
    """Changes whenever a file of the folder is written, so that answers are not taken for another model's."""
    files = sorted((path.name, path.stat()) for path in folder.iterdir() if path.is_file())
    told = orjson.dumps([(name, stat.st_size, stat.st_mtime_ns) for name, stat in files])
    return blake2b(told, digest_size=4).hexdigest()
