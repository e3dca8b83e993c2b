"""Text from an OpenAI-compatible endpoint: POST {url}/chat/completions."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, Literal

import httpx

from shelfwise.errors import GeneratorError
from shelfwise.language.base import DEFAULT_BUDGET, Budget, JsonSchema, Message
from shelfwise.language.endpoint import address, passes, shown, wait_before
from shelfwise.language.generators.wire import AnswerError, identifiers, pieces, response_format, written

ATTEMPTS: Final = 3
ERROR_BYTES: Final = 65_536  # of a refusal that are read
TOKEN_BYTES: Final = 2_048  # a token in an event of its own, at most

Form = Literal["json_schema", "json_object", "none"]


class OpenAIGenerator:
    """An endpoint behind the Generator contract. Safe to call from several threads at once.

    Lost connections, "too many requests" and server errors are tried again while the budget's seconds last; once a
    piece was given, nothing is. An answer is read no further than the budget allows, whatever the endpoint sends.
    `key` goes into the Authorization header and nowhere else; redirections are not followed.

    stream: pieces are asked for as they are made. form: how a schema is asked for (see wire.response_format);
    "none": not at all. limit: the field that bounds the answer's tokens. options: more fields of each request.
    clock, sleep: time.monotonic and time.sleep in life.

    Raises GeneratorError where the endpoint does not answer, refuses, answers with something else or too slowly.
    """

    def __init__(
        self,
        url: str,
        model: str,
        *,
        key: str = "",
        stream: bool = True,
        form: Form = "json_schema",
        limit: Literal["max_tokens", "max_completion_tokens"] = "max_tokens",
        options: Mapping[str, Any] | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        try:
            self._url = address(url, "chat/completions")
        except ValueError as error:
            raise GeneratorError(f"generator.url {error}.") from error
        self._model, self._key = model, key
        self._stream, self._form, self._limit = stream, form, limit
        self._options = dict(options or {})
        self._clock, self._sleep = clock, sleep
        headers = {"accept-encoding": "identity"} | ({"authorization": f"Bearer {key}"} if key else {})
        self._client = httpx.Client(headers=headers)
        self.name = f"openai-{self._url.host}-{model}"

    def generate(
        self, messages: Sequence[Message], schema: JsonSchema | None = None, budget: Budget = DEFAULT_BUDGET
    ) -> Iterator[str]:
        """The answer in pieces.

        Raises:
            GeneratorError: no usable answer within the budget.
        """
        end = self._clock() + budget.seconds
        answer = self._ask(self._body(messages, schema, budget), end)
        size = 0
        try:
            lines = self._lines(answer, end, ERROR_BYTES + TOKEN_BYTES * budget.tokens)
            for piece in pieces(lines, stream=self._stream, whole=schema is not None):
                size += len(piece)
                if size > budget.characters:
                    raise AnswerError(f"the answer is longer than {budget.characters} characters")
                yield piece
        except AnswerError as error:
            raise self._error(str(error)) from None
        except httpx.HTTPError as error:
            raise self._error(f"the answer breaks off: {type(error).__name__}") from None
        finally:
            answer.close()

    def close(self) -> None:
        """Closes the connections."""
        self._client.close()

    def _body(self, messages: Sequence[Message], schema: JsonSchema | None, budget: Budget) -> dict[str, Any]:
        body: dict[str, Any] = {
            "model": self._model,
            "messages": written(messages),
            "stream": self._stream,
            self._limit: budget.tokens,
            **self._options,
        }
        if schema is not None and self._form != "none":
            body["response_format"] = response_format(self._form, schema)
        return body

    def _ask(self, body: dict[str, Any], end: float) -> httpx.Response:
        """An answer whose head says that it is one."""
        trouble, wait = "no time was left", 0.0
        for attempt in range(1, ATTEMPTS + 1):
            left = end - self._clock() - wait
            if left <= 0:
                break
            self._sleep(wait)
            request = self._client.build_request("POST", self._url, json=body, timeout=left)
            try:
                answer = self._client.send(request, stream=True)
            except httpx.HTTPError as error:
                trouble, wait = type(error).__name__, wait_before(attempt)
                continue
            if answer.is_success:
                return answer
            trouble, wait = self._refusal(answer, end), wait_before(attempt, answer)
            if not passes(answer.status_code):
                break
        raise self._error(trouble)

    def _refusal(self, answer: httpx.Response, end: float) -> str:
        """What a refusal says, without what it may repeat of the question."""
        try:
            body = b"\n".join(self._lines(answer, end, ERROR_BYTES))
        except (AnswerError, httpx.HTTPError):
            body = b""
        finally:
            answer.close()
        return ", ".join(part for part in (f"status {answer.status_code}", identifiers(body)) if part)

    def _lines(self, answer: httpx.Response, end: float, most: int) -> Iterator[bytes]:
        """The lines of a body, no more bytes and no longer than allowed."""
        size, rest = 0, b""
        for chunk in answer.iter_bytes():
            size += len(chunk)
            if size > most:
                raise AnswerError(f"the answer is longer than {most} bytes")
            if self._clock() > end:
                raise AnswerError("the answer took too long")
            *lines, rest = (rest + chunk).split(b"\n")
            yield from lines
        yield rest

    def _error(self, trouble: str) -> GeneratorError:
        if self._key:
            trouble = trouble.replace(self._key, "***")
        return GeneratorError(f"{shown(self._url)}, model {self._model}: {trouble}.")
