"""Chinese characters that look alike (己/已, 未/末): what a hurried hand or eye takes for another."""

from __future__ import annotations

from functools import cache

from shelfwise.language.tables import read_lines


def confusable(char: str) -> str:
    """The characters that look like `char`, in the order of their code points; "" when none is known.

    >>> confusable("已"), confusable("x")
    ('己巳', '')
    """
    return _table().get(char, "")


@cache
def _table() -> dict[str, str]:
    """Character → its look-alikes, from data/shapes_zh.txt (this project's own list; symmetric, not transitive)."""
    alike: dict[str, set[str]] = {}
    for group in read_lines("shapes_zh.txt"):
        for char in group:
            alike.setdefault(char, set()).update(group)
    found = {char: "".join(sorted(others - {char})) for char, others in alike.items()}
    return {char: others for char, others in found.items() if others}
