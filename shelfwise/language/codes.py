"""Exact identifiers in one spelling: TN-2110 = tn 2110 = TN.2110 = tn2110, EAN digits without leading zeros."""

from __future__ import annotations

import re

from shelfwise.language.normalise import fold

LONGEST = 40  # characters; a longer one is no code
_NOT_CODE = re.compile(r"[^a-z0-9]+")


def canonical_code(text: str) -> str:
    """One spelling of an identifier: letters and digits only, folded; numbers of 8+ digits lose leading zeros.

    This is the spelling of `Analysis.codes`; give a product's own codes (SKU, MPN, EAN) this form too.

    >>> canonical_code("TN-2110"), canonical_code("i7-1185G7"), canonical_code("0095205603217")
    ('tn2110', 'i71185g7', '95205603217')
    """
    return join_code(_NOT_CODE.sub("", fold(text)))


def join_code(code: str) -> str:
    """The canonical form of folded letters and digits."""
    if len(code) >= 8 and code.isdigit():
        return code.lstrip("0") or "0"
    return code


def is_code(text: str) -> bool:
    """Whether folded letters and digits look like an identifier: both kinds, or at least 5 digits."""
    if len(text) > LONGEST or text.isalpha():
        return False
    return len(text) >= 5 if text.isdigit() else True
