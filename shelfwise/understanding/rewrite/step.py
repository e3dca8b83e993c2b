"""The step that searches other words beside the shopper's own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from shelfwise.errors import GeneratorError
from shelfwise.understanding.base import Expansion, Understanding
from shelfwise.understanding.rewrite.answer import Rewrite
from shelfwise.understanding.rewrite.rewriter import Rewriter

WEIGHT: Final = 0.4  # of an expansion, beside 1 of the words themselves


class RewriteStep:
    """Asks a rewriter about the queries that are `worth` it.

    It comes after the steps that read wishes and before those that make tokens and the vector. It adds `rewrite` and
    `expansions` and touches nothing else, so that no answer can move a filter, a constraint or the intent; words that
    the shopper wants not are never added.
    """

    name = "rewrite"

    def __init__(self, rewriter: Rewriter, worth: Callable[[Understanding], bool], weight: float = WEIGHT) -> None:
        self._rewriter = rewriter
        self._worth = worth
        self._weight = weight

    def __call__(self, u: Understanding) -> Understanding:
        """Sets `rewrite`, adds `expansions` of all of the text; `failed` says when none came."""
        if not u.text or not self._worth(u):
            return u
        try:
            rewrite = self._rewriter(u.text)
        except (GeneratorError, TimeoutError):
            return u.but(failed=(*u.failed, self.name))
        rewrite = _wanted(rewrite, u)
        more = tuple(Expansion(u.text, other, self._weight, "generator") for other in rewrite.expansions)
        return u.but(rewrite=rewrite.text, expansions=(*u.expansions, *more))


def _wanted(rewrite: Rewrite, u: Understanding) -> Rewrite:
    for constraint in u.constraints:
        if constraint.negated:
            rewrite = rewrite.without(f"{constraint.text} {constraint.value}")
    return rewrite
