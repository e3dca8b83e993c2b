"""How the tokens of an analysis lie within each other."""

from __future__ import annotations

from collections.abc import Sequence

from shelfwise.language.base import Token


def outer(tokens: Sequence[Token]) -> tuple[Token, ...]:
    """The tokens that lie within no other: one reading of the text, without the words inside long words.

    >>> whole, first, last = Token("笔记本电脑", 0, 5), Token("笔记本", 0, 3), Token("电脑", 3, 5)
    >>> outer([whole, first, last]) == (whole,)
    True
    """
    return tuple(group[0] for group in groups(tokens))


def groups(tokens: Sequence[Token]) -> list[tuple[Token, ...]]:
    """Each outer token followed by the tokens within it, in order of their start."""
    found: list[list[Token]] = []
    for token in tokens:
        if found and token.end <= found[-1][0].end:
            found[-1].append(token)
        else:
            found.append([token])
    return [tuple(group) for group in found]
