"""The step that reads a shopper's intent."""

from __future__ import annotations

from shelfwise.understanding.base import Understanding
from shelfwise.understanding.intent.head import IntentHead


class IntentStep:
    """Asks the head, with the vector of the whole text: "where is" and "reviews of" tell intents apart, though they
    name no goods."""

    name = "intent"

    def __init__(self, head: IntentHead) -> None:
        self._head = head

    def __call__(self, u: Understanding) -> Understanding:
        """Sets `intent`: probabilities of all intents, the likeliest first. Without a vector nothing is known."""
        if u.whole is None or not u.text:
            return u
        row = self._head.predict([u.text], u.whole[None])[0]
        order = sorted(zip(row.tolist(), self._head.labels, strict=True), key=lambda pair: (-pair[0], pair[1]))
        return u.but(intent={label: probability for probability, label in order})
