"""A generator without a model, for tests: it answers what it was told to."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Final, TypeAlias

from shelfwise.errors import GeneratorError
from shelfwise.language.base import DEFAULT_BUDGET, Budget, JsonSchema, Message

Answer: TypeAlias = str | Exception | Callable[[Sequence[Message]], str]
PIECE: Final = 7  # characters


class FakeGenerator:
    """Gives the answers of a script in order, the last one for ever after; an exception is raised, a function asked.

    asked: the messages of every call. An answer longer than the budget's characters is an error, as it is elsewhere.

    >>> "".join(FakeGenerator("red shoes").generate([Message("user", "shoos, red")]))
    'red shoes'
    """

    name = "fake"

    def __init__(self, *answers: Answer) -> None:
        self._answers = list(answers)
        self._lock = threading.Lock()
        self.asked: list[tuple[Message, ...]] = []

    def generate(
        self, messages: Sequence[Message], schema: JsonSchema | None = None, budget: Budget = DEFAULT_BUDGET
    ) -> Iterator[str]:
        """The next answer, in pieces."""
        with self._lock:
            self.asked.append(tuple(messages))
            answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, Exception):
            raise answer
        text = answer if isinstance(answer, str) else answer(messages)
        if len(text) > budget.characters:
            raise GeneratorError(f"{self.name}: the answer is longer than {budget.characters} characters.")
        yield from (text[at : at + PIECE] for at in range(0, len(text), PIECE))
