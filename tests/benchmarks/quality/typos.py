"""Queries as hurried people type them: one letter wrong in one word."""

from __future__ import annotations

import random
import re
import string

WORD = re.compile(r"[A-Za-z]{4,}")


def typo(query: str, rng: random.Random) -> str:
    """The query with one letter inserted, deleted, changed or swapped with the next, in one word of 4 letters or more.

    Each word and each kind of slip is as likely as the others; a query without such a word is given back as it is.
    """
    words = list(WORD.finditer(query))
    if not words:
        return query
    chosen = rng.choice(words)
    word = chosen.group()
    slipped = word
    while slipped == word:
        slipped = _slip(word, rng)
    return query[: chosen.start()] + slipped + query[chosen.end() :]


def _slip(word: str, rng: random.Random) -> str:
    at, letter = rng.randrange(len(word)), rng.choice(string.ascii_lowercase)
    kind = rng.choice(("insert", "delete", "substitute", "transpose"))
    if kind == "insert":
        return word[:at] + letter + word[at:]
    if kind == "delete":
        return word[:at] + word[at + 1 :]
    if kind == "substitute":
        return word[:at] + letter + word[at + 1 :]
    at = min(at, len(word) - 2)
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
