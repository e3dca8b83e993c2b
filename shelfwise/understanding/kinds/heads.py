"""The head of a title or a query: the kind of thing that it names, and what that is made for.

    black phone case for iphone 11      case, for a phone
    适用苹果手机的充电线                  cable, for a phone
    15 inch laptop with bag             laptop

A text is cut at words that say what it fits (for, 适用) and what comes along (with, 送), at brackets, commas, dashes
and measures; the first piece that names a kind counts. In a piece, accessories come before devices, and among equals
the last: both languages name the thing after what it is for.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Literal

from shelfwise.language.normalise import fold
from shelfwise.understanding.kinds.lexicon import Lexicon, Mention, Unit, units

SIZE: Final = 300  # characters of a text that are read
SURE: Final = {"title": 1.0, "later": 0.7}
_FITS: Final = r"\bfor\b|\bcompatible with\b|\bcompatible\b|\bfits?\b|\bsuitable\b"
_FITS_ZH: Final = "适用于?|兼容|适配"
_ALONG: Final = r"\bwith\b|\bw/|\bincl(?:uding|udes|\.)?|\+|[送赠]|含(?!量)"
_MEASURE: Final = (
    r"\b\d+(?:[.,]\d+)?\s*(?:cm|mm|m|ft|in|inch(?:es)?|\"|''|gb|tb|mb|ghz|mhz|w|v|va|mah|ml|l|kg|g|dpi|pixels|cps|ppm|"
    r"pc\(s\)|x \d)(?![a-z0-9])|英寸|寸"
)
_CUT: Final = re.compile(
    rf"(?P<fits>{_FITS})|(?P<fits_zh>{_FITS_ZH})|(?P<along>{_ALONG})|(?P<other>{_MEASURE}|[(),;|。，、!?【】\[\]]|\s-\s|:\s)"
)

PRAISED: Final = ("背光", "可扩展", "rgb")  # said before the name of a part

Role = Literal["main", "fits", "along"]


@dataclass(frozen=True, slots=True)
class Head:
    """What a text names: a kind, what it is made for (kinds of devices), and how sure that is (0 to 1)."""

    kind: str
    fits: tuple[str, ...] = ()
    sure: float = 1.0
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class _Piece:
    role: Role
    mentions: tuple[Mention, ...]


def head(text: str, lexicon: Lexicon) -> Head | None:
    """The head of a text; None where it names no kind that the lexicon knows."""
    folded = fold(text[:SIZE])
    of = units(folded)
    pieces = _pieces(folded, of, lexicon)
    for place, piece in enumerate(pieces):
        found = _head(piece, of, lexicon) if piece.role == "main" else None
        if found is not None:
            beside = [m for p in pieces if p is piece or p.role == "fits" for m in p.mentions if m is not found]
            fits = [m.kind for m in beside if m.kind not in lexicon.accessories and m.kind != found.kind]
            if found.kind not in lexicon.accessories:
                fits = [kind for kind in fits if kind in lexicon.parts.get(found.kind, ())]
            start, end = of[found.first].start, of[found.last - 1].end
            sure = SURE["title"] if not any(p.mentions for p in pieces[:place]) else SURE["later"]
            return Head(found.kind, tuple(dict.fromkeys(fits)), sure, start, end)
    return None


def _pieces(folded: str, of: Sequence[Unit], lexicon: Lexicon) -> list[_Piece]:
    cuts = [(found.start(), found.end(), found.lastgroup) for found in _CUT.finditer(folded)]
    mentions = list(lexicon.mentions(of))
    bounds = [(0, 0, "other"), *cuts, (len(folded), len(folded), "other")]
    pieces = []
    before: Role = "main"
    for (_, start, why), (end, _, _) in pairwise(bounds):
        role: Role = "fits" if why == "fits" else "along" if why == "along" else before if why == "fits_zh" else "main"
        inside = tuple(m for m in mentions if start <= of[m.first].start < end)
        if why == "fits_zh":  # 适用 iPhone 11 的手机壳: what it fits and what it is stand in one piece
            role = "main" if any(m.kind in lexicon.accessories for m in inside) else "fits"
        pieces.append(_Piece(role, inside))
        before = role
    return pieces


def _head(piece: _Piece, of: Sequence[Unit], lexicon: Lexicon) -> Mention | None:
    """The last accessory named, or else the last device."""
    real = [m for at, m in enumerate(piece.mentions) if _counts(m, piece.mentions[at - 1] if at else None, of)]
    sold = [m for m in real if not _praised(m, of)] or real
    made_for = [m for m in sold if m.kind in lexicon.accessories]
    return next(reversed(made_for or sold), None)


def _counts(mention: Mention, before: Mention | None, of: Sequence[Unit]) -> bool:
    """A single Chinese character names a kind right after another name only: 手机壳, not 贝壳."""
    lone = mention.last - mention.first == 1 and not of[mention.first].text.isascii()
    return not lone or (before is not None and before.last == mention.first)


def _praised(mention: Mention, of: Sequence[Unit]) -> bool:
    """Whether it is a part that a device is praised for: 笔记本电脑 静音散热 背光键盘, 可扩展内存游戏本."""
    return "".join(unit.text for unit in of[max(mention.first - 3, 0) : mention.first]).endswith(PRAISED)
