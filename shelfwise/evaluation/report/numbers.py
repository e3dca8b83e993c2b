"""Numbers as they are shown."""

from __future__ import annotations

import math


def number(value: float) -> str:
    """Three decimals, or a dash.

    >>> number(0.71449), number(math.nan)
    ('0.714', '–')
    """
    return "–" if math.isnan(value) else f"{value:.3f}"


def change(value: float) -> str:
    """Three decimals with a sign; 0 has none.

    >>> change(0.02), change(-0.0204), change(0.0001)
    ('+0.020', '−0.020', '0.000')
    """
    if math.isnan(value):
        return "–"
    text = f"{abs(value):.3f}"
    return text if text == "0.000" else ("+" if value > 0 else "−") + text


def p_value(value: float) -> str:
    """Three decimals, or "< 0.001"."""
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


def count(value: int, one: str, many: str) -> str:
    """A number with its noun.

    >>> count(1, "query", "queries"), count(1200, "query", "queries")
    ('1 query', '1,200 queries')
    """
    return f"{value:,} {one if value == 1 else many}"
