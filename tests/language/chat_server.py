"""An OpenAI-compatible endpoint for chat completions on a real socket; it says `reply`, whatever it is asked."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from tests.language.embedding_server import Answer, EmbeddingServer


class ChatServer(EmbeddingServer):
    """Streams when asked to. An answer that needs more tokens (of 3 characters) than allowed is cut short."""

    def __init__(
        self, reply: str = "", *faults: Answer | Callable[[dict[str, Any]], Answer], delay: float = 0.0
    ) -> None:
        super().__init__(*faults, delay=delay)
        self.reply = reply

    def answer(self, path: str, body: dict[str, Any]) -> Answer:
        if self.faults:
            fault = self.faults.pop(0)
            return fault(body) if callable(fault) else fault
        if path != "/v1/chat/completions":
            return 404, {}, b'{"error": {"message": "no such path"}}'
        text = self.reply[: 3 * body["max_tokens"]]
        finish = "stop" if text == self.reply else "length"
        return streamed(text, finish) if body["stream"] else whole(text, finish)


def whole(text: str | None, finish: str | None = "stop", **more: Any) -> Answer:
    """An answer in one piece."""
    choice = {"index": 0, "message": {"role": "assistant", "content": text, **more}, "finish_reason": finish}
    return 200, {}, json.dumps({"object": "chat.completion", "choices": [choice]}).encode()


def streamed(text: str, finish: str | None = "stop") -> Answer:
    """An answer in pieces of 3 characters, with what real endpoints send around them."""
    deltas: list[dict[str, Any]] = [{"role": "assistant", "content": None}]
    deltas += [{"content": text[at : at + 3]} for at in range(0, len(text), 3)]
    events: list[dict[str, Any]] = [{"choices": [{"index": 0, "delta": each}]} for each in deltas]
    events += [{"choices": [{"index": 0, "delta": {}, "finish_reason": finish}]}, {"choices": [], "usage": {}}]
    lines = [
        ": keep-alive",
        "",
        *(f"data: {json.dumps(event)}\n" for event in events),
        "data: [DONE]",
        "",
        "data: junk",
    ]
    return 200, {"content-type": "text/event-stream"}, "\n".join(lines).encode()
