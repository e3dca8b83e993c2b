"""The demo shop's synonyms, as its merchant would keep them."""

from __future__ import annotations

from importlib.resources import files


def demo_synonyms() -> str:
    """The text of synonyms.txt: `a, b` means the same both ways, `a => b` finds b for a; # begins a comment."""
    return (files("shelfwise.simulate") / "data" / "synonyms.txt").read_text("utf-8")
