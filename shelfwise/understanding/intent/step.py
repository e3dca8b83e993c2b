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
        """Sets `intent`: probabilities of all intents, the likeliest first. Nothing is known without a vector, and of
        a bare code ("TN-2110"), which the head has no words to judge by."""
        if u.whole is None or not u.text or _only_codes(u):
            return u
        row = self._head.predict([u.text], u.whole[None])[0]
        order = sorted(zip(row.tolist(), self._head.labels, strict=True), key=lambda pair: (-pair[0], pair[1]))
        return u.but(intent={label: probability for probability, label in order})


def _only_codes(u: Understanding) -> bool:
    codes = u.tokens.codes
    return bool(codes) and all(
        any(code.start <= word.start and word.end <= code.end for code in codes) for word in u.tokens.words
    )
