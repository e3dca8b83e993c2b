"""The step that guesses categories."""

from __future__ import annotations

from typing import Final

from shelfwise.language.spans import outer
from shelfwise.understanding.base import CategoryGuess, Understanding
from shelfwise.understanding.category.model import CategoryModel
from shelfwise.understanding.intent.taxonomy import probable
from shelfwise.understanding.kinds.heads import Head
from shelfwise.understanding.kinds.lexicon import default_lexicon

LEAST: Final = 0.05  # guesses below this probability are not worth saying


class CategoryStep:
    """Asks a model which categories the words and the vector of what is searched speak for."""

    name = "category"

    def __init__(self, model: CategoryModel) -> None:
        self._model = model

    def __call__(self, u: Understanding) -> Understanding:
        """Sets `category`; guesses that the shopper took back are left out. Who asks for an order wants no category."""
        intent = probable(u.intent)
        if not u.core or (intent is not None and intent.send_to):
            return u
        guesses = self._model([token.text for token in outer(u.tokens.words)], u.vector)
        kept = [one for one in guesses if one.confidence >= LEAST and one.key not in u.dismissed]
        return u.but(category=tuple(one for one in kept if u.head is None or not _contradicts(one, u.head)))


def _contradicts(guess: CategoryGuess, head: Head) -> bool:
    """Whether a category is of accessories and the thing asked for is none, or the other way round."""
    lexicon = default_lexicon()
    kind = lexicon.kind(guess.path[-1])
    return kind is not None and (kind in lexicon.accessories) != (head.kind in lexicon.accessories)
