"""The step that tells the thing asked for from what is said of it."""

from __future__ import annotations

from shelfwise.understanding.base import Understanding
from shelfwise.understanding.kinds.heads import head
from shelfwise.understanding.kinds.lexicon import Lexicon, default_lexicon


class KindStep:
    """Finds the head of what is searched: 老人用的手机 asks for phones, a laptop bag is a bag."""

    name = "kind"

    def __init__(self, lexicon: Lexicon | None = None) -> None:
        self._lexicon = lexicon or default_lexicon()

    def __call__(self, u: Understanding) -> Understanding:
        """Sets `head`."""
        return u.but(head=head(u.reading.searched, self._lexicon))
