"""What stands around a name: goods, words of negation, `for my`, 给 — which decide whether it counts and how."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from shelfwise.language.base import Analysis
from shelfwise.understanding.constraints.text import IS_HAN, Text
from shelfwise.understanding.kinds.heads import Head, head
from shelfwise.understanding.kinds.lexicon import Lexicon as Kinds
from shelfwise.understanding.kinds.lexicon import units as kind_units

_NOT: Final = re.compile(
    r"(?:(?<![a-z'])(?:anything but|nothing but|(?:all|everything|any|anything)(?: brands?| colou?rs?)? (?:except"
    r"|but)|except(?: for)?|but not|but no|other than|excluding|exclude"
    r"|(?:do|does|did)(?:n't| not) (?:want|like|need|have|contain|include|come)|dont (?:want"
    r"|like|need)|(?:is|are)(?:n't| not)|not|no|non|without|w/o|never|neither|avoid(?:ing)?"
    r"|rather than|instead of|minus|nor|hates?)(?: |-)"
    r"(?:(?:in|by|from|for|made|of|any|a|an|the|with|too|branded?|anything|looking|want|like"
    r"|be|is|are|it|contain(?:ing|s)?|to|colou?r|interested|using|really) )*)$"
    r"|(?:(?:(?<!要)不要|(?<!想)不想要|不需要|不喜欢|(?<!买)不买|不考虑|(?<!带)不带|(?<!含)不含|(?<!是)不是"
    r"|(?<!用)不用|(?<!选)不选"
    r"|不想买|不能是|不能有|不接受|不爱|别要|别买|别给我|别是|别用|别|非|除了|除开|除去|除|拒绝"
    r"|排除|避开|讨厌|反感|无)"
    r"(?:要|买|带|含|有|是|用|选|看|推荐|那种|这种|任何|什么|再|给我|太|偏|颜色|品牌|牌子|材质|的)*)$"
)
_NOT_ONLY: Final = re.compile(r"(?:not (?:only|just|sure)|why not|除了[^,]{0,6}还)")
_LISTED: Final = re.compile(
    r" ?(?:or|nor|and|/|&|,? or|,? nor|,? and)(?: (?:in|a|an|any|the|made of))* ?|(?:的|色)?(?:或者?"
    r"|和|跟|与|及|、|以及|还有|也不要)(?:的)?"
)
_NOT_AFTER: Final = re.compile(
    r"(?:-| )free(?![a-z])| (?:excluded|not wanted|not please)(?![a-z])"
    r"|(?:的)?(?:(?:都)?(?:不要|不行|不考虑|不喜欢|就算了|勿推|别推荐)(?=$|[,!?])|除外|以外|之外)"
)
_AFTER_EXCEPT: Final = re.compile(
    r"(?:的|色)?(?:以外|之外|除外)?(?:(?:的)?(?:其他|别的|其它)?(?:颜色|品牌|牌子|材质)?(?:都"
    r"|也)?(?:可以|行|要|好))?(?:的)?"
)
_FOR: Final = re.compile(
    r"(?<![a-z])(?:(?:suitable|perfect|great|good|ideal|made|designed|best) )?(?:for|to fit|to suit"
    r"|suits?)(?: (?:my|our|a|an|the|your|his|her|their|all|both|older|elderly|old|little|young"
    r"|younger|small|big|tall|short|active|busy|new|dear|best|own|use by|use in|use at|use|\d+|\d+[ -]years?[ -]old"
    r"|\d+[ -]?yr[ -]old|\d+ months?[ -]old|teenage|adult))* $"
    r"|(?<![a-z])(?:my|our)(?: (?:\d+[ -]years?[ -]old|old|elderly|little|young|teenage|dear))* $"
    r"|(?:适合|适用于?|给|送给?|帮|为|替|孝敬|专为|专供|供|用于)(?:我的?|你的?|他的?|她的?|咱"
    r"|我们|家里的?|家|小|老|的|自己的?|\d+岁的?|[一二三四五六七八九十]+岁的?|个)*$"
)
_PERSON_AFTER: Final = re.compile(r"(?:用|穿|戴|背|吃|玩|喝|看|骑|坐|睡|的?生日|的礼物|喜欢|专用|过生日|的)")
_USED: Final = re.compile(r"(?:用|穿|戴|时|里用|的时候|使用|专用|场合|上用|喝|吃|盖|铺)")
_MADE: Final = re.compile(r"(?:made (?:of|from|out of)|out of|in) $")
_MADE_ZH: Final = re.compile(r"(?:质地?|制成?|材质|做的|的$|的[,!?]|编)")
_IN_COLOUR: Final = re.compile(r"(?<![a-z])(?:in|colou?r(?:ed)?:?) $|(?:颜色|要|是|买|选|和|或|、|有)$")
_COLOUR_AFTER: Final = re.compile(r" (?:colou?r|colou?red|one|ones|version)(?![a-z])")
_BY: Final = re.compile(r"(?<![a-z])(?:by|from|brand:?|made by) $|(?:品牌|牌子|牌)(?:是|:)?$")
_BRAND_AFTER: Final = re.compile(
    r" (?:brand|branded)(?![a-z])|牌(?!匾|照|位|坊|子牌)|(?:家|品牌|旗下)的|的$|的[,!?]|官方"
)
_GAP: Final = re.compile(r"[ -]?|的|色的?|牌的?")
_PARTICLES: Final = frozenset("的含带除无要是买款色个条双件和或非不纯全")
_GARMENTS: Final = re.compile(r"[裙裤鞋帽袜衫靴T]|上衣|外衣|毛衣|大衣|卫衣")


@dataclass(frozen=True)
class Context:
    """A text with its words and the kinds of things that it names; answers what stands beside a place."""

    text: Text
    analysis: Analysis
    kinds: Kinds

    @cached_property
    def mentions(self) -> tuple[tuple[int, int, str], ...]:
        """Start, end and kind of the goods that are named."""
        of = kind_units(self.text.text)
        return tuple((of[one.first].start, of[one.last - 1].end, one.kind) for one in self.kinds.mentions(of))

    @cached_property
    def head(self) -> Head | None:
        """The kind of thing that is asked for."""
        return head(self.text.text, self.kinds)

    @cached_property
    def edges(self) -> frozenset[int]:
        """Where words begin and end."""
        return self.text.breaks.union(place for token in self.analysis.words for place in (token.start, token.end))

    def is_words(self, start: int, end: int) -> bool:
        """Whether a stretch begins and ends with words of the text (金属 is not in 五金属于)."""
        return start in self.edges and end in self.edges

    def follows_word(self, start: int) -> bool:
        """Whether no unknown Chinese word may end with the character at a place."""
        before = self.text.text[start - 1 : start]
        if not IS_HAN.match(before) or before in _PARTICLES or start in self.text.breaks:
            return True
        return any(token.end == start and token.end - token.start > 1 for token in self.analysis.words)

    def within(self, start: int, end: int) -> tuple[int, int, str] | None:
        """The longer name of goods that a stretch is part of (`school` in `school bag`)."""
        for first, last, kind in self.mentions:
            if first <= start and end <= last and (first, last) != (start, end):
                return first, last, kind
        return None

    def goods_after(self, end: int, others: Sequence[tuple[int, int]] = ()) -> tuple[int, int, str] | None:
        """The goods named right behind a place, other names between them passed over."""
        text = self.text.text
        for _ in range(4):
            for first, last, kind in self.mentions:
                if last > end and first >= end and _GAP.fullmatch(text[end:first]):
                    return first, last, kind
            step = next((b for a, b in others if a >= end and _GAP.fullmatch(text[end:a])), None)
            if step is None:
                return None
            end = step
        return None

    def goods_before(self, start: int) -> bool:
        """Whether goods are named right before a place."""
        return any(self.text.text[last:start] in ("", " ") for _, last, _ in self.mentions if last <= start)

    def garment_after(self, end: int) -> bool:
        """Whether clothes or shoes follow right behind a Chinese character (红裙)."""
        return _GARMENTS.match(self.text.text, end) is not None

    def negated_from(self, start: int) -> int | None:
        """Where a negation right before a place begins; None without one."""
        found = _NOT.search(self.text.text, max(0, start - 48), start)
        if found is None or _NOT_ONLY.match(self.text.text, max(0, found.start() - 4)):
            return None
        return found.start()

    def negated_to(self, end: int) -> int | None:
        """Where a negation right behind a place ends; None without one."""
        found = _NOT_AFTER.match(self.text.text, end)
        return None if found is None else found.end()

    def exception_to(self, start: int, end: int) -> int:
        """Where 除了…以外都可以 ends that begins at a place and holds a name up to `end`."""
        if not self.text.text.startswith("除", start):
            return end
        found = _AFTER_EXCEPT.match(self.text.text, end)
        return end if found is None else found.end()

    def listed(self, end: int, start: int) -> bool:
        """Whether only `or`, 和 … stands between two names."""
        return _LISTED.fullmatch(self.text.text, end, start) is not None

    def person_from(self, start: int) -> int | None:
        """Where `for my`, 给 … right before a place begins."""
        found = _FOR.search(self.text.text, max(0, start - 48), start)
        return None if found is None else found.start()

    def person_after(self, end: int) -> bool:
        """Whether 用, 穿, 生日 … follow."""
        return _PERSON_AFTER.match(self.text.text, end) is not None

    def used(self, end: int) -> bool:
        """Whether 穿, 用, 的时候 … follow."""
        return _USED.match(self.text.text, end) is not None

    def made_of(self, start: int, end: int) -> bool:
        """Whether a material is spoken of: `made of`, 质, 制 …"""
        text = self.text.text
        return _MADE.search(text, max(0, start - 14), start) is not None or _MADE_ZH.match(text, end) is not None

    def coloured(self, start: int, end: int) -> bool:
        """Whether a colour is spoken of: `in`, `colour` …"""
        text = self.text.text
        return (
            _IN_COLOUR.search(text, max(0, start - 12), start) is not None or _COLOUR_AFTER.match(text, end) is not None
        )

    def branded(self, start: int, end: int) -> bool:
        """Whether a brand is spoken of: `by`, 牌 …"""
        text = self.text.text
        return _BY.search(text, max(0, start - 12), start) is not None or _BRAND_AFTER.match(text, end) is not None
