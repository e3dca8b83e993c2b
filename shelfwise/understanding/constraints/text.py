"""A query as the rules read it: folded, with spaces that say nothing left out, and the way back.

A space beside a Chinese character is written or left out at will (3000 元 以下), so it is left out here; runs of space
become one; Chinese full stops and list commas become Latin ones.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from shelfwise.language.chinese import HAN
from shelfwise.language.normalise import normalise

_SPACE: Final = re.compile(r" +")
_CLOSE: Final = re.compile(rf"[{HAN}。、，！？；：]")
_MARKS: Final = str.maketrans({"。": ",", "！": "!", "？": "?", "；": ";", "～": "~", "〜": "~", "—": "-", "…": ","})
_ASKING: Final = re.compile(
    r"(?<![a-z])(?:look(?:ing)?|search(?:ing)?|shop(?:ping)?|hunt(?:ing)?|ask(?:ing)?|wait(?:ing)?"
    r"|hop(?:e|ing)|market) for(?![a-z])"
)
_BUYING: Final = re.compile(r"(?<=[想要])(?<!不[想要])(?<!别要)买(?=.)")
_UNIT: Final = re.compile(rf"[a-z0-9]+(?:'[a-z]+)?|[{HAN}]")
IS_HAN: Final = re.compile(f"[{HAN}]")


@dataclass(frozen=True, slots=True)
class Unit:
    """An English word without its 's, a number, or one Chinese character, and where it stands in `Text.text`."""

    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Text:
    """`text` is what the rules read; `starts[i]` and `ends[i]` bound the original of text[i].

    breaks: places in `text` where a space was left out; words end there all the same.
    """

    original: str
    text: str
    starts: tuple[int, ...] = field(repr=False)
    ends: tuple[int, ...] = field(repr=False)
    breaks: frozenset[int] = frozenset()

    @classmethod
    def of(cls, original: str) -> Text:
        """The text of a query.

        >>> Text.of("３０００ 元 以下  的 手機").text
        '3000元以下的手机'
        """
        folded = normalise(original)
        whole = folded.text.translate(_MARKS)
        kept: list[int] = []
        breaks = set()
        at = 0
        for gap in _SPACE.finditer(whole):
            kept.extend(range(at, gap.start()))
            before, after = whole[gap.start() - 1 : gap.start()], whole[gap.end() : gap.end() + 1]
            if before and after and not _CLOSE.match(before) and not _CLOSE.match(after):
                kept.append(gap.start())
            else:
                breaks.add(len(kept))
            at = gap.end()
        kept.extend(range(at, len(whole)))
        starts = kept if folded.starts is None else [folded.starts[place] for place in kept]
        ends = [place + 1 for place in kept] if folded.ends is None else [folded.ends[place] for place in kept]
        text = _unasked("".join([whole[place] for place in kept]))
        return cls(original, text, tuple(starts), tuple(ends), frozenset(breaks))

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The bounds in the original of text[start:end] (not empty)."""
        return self.starts[start], self.ends[end - 1]

    @cached_property
    def units(self) -> tuple[Unit, ...]:
        """English words, numbers and Chinese characters, in order."""
        return tuple([Unit(_bare(found[0]), *found.span()) for found in _UNIT.finditer(self.text)])

    @cached_property
    def chinese(self) -> bool:
        """Whether any of it is Chinese."""
        return IS_HAN.search(self.text) is not None


def _unasked(text: str) -> str:
    """A text of the same length in which asking for goods is no purpose: `looking for` has another `for`.

    >>> _unasked("looking for a case for my phone"), _unasked("我想买办公椅")
    ('looking any a case for my phone', '我想,办公椅')
    """
    text = _ASKING.sub(lambda found: found[0][:-3] + "any", text)
    return _BUYING.sub(",", text)


def _bare(word: str) -> str:
    return word[:-2] if word.endswith("'s") else word


def spell(name: str) -> tuple[str, ...]:
    """A name as its units: how lexica are keyed.

    >>> spell("Men's running-shoes 红色")
    ('men', 'running', 'shoes', '红', '色')
    """
    return tuple(unit.text for unit in Text.of(name).units)
