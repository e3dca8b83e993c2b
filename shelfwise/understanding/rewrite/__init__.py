"""Other words for a query, by a language model: off until a shop switches it on."""

from shelfwise.understanding.rewrite.rewriter import Rewriter, rewriter_of
from shelfwise.understanding.rewrite.step import RewriteStep
from shelfwise.understanding.rewrite.worth import Worth

__all__ = ["RewriteStep", "Rewriter", "Worth", "rewriter_of"]
