"""What the goods must fit: "case for iPhone 11", 苹果手机的充电线, 适用华为P40, "toner for HP LaserJet 1020".

The name of a device is what the goods must fit when `for`, 适用 … stand before it, or when the thing asked for is an
accessory. An accessory has the role of one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from shelfwise.understanding.base import Constraint
from shelfwise.understanding.constraints.context import Context
from shelfwise.understanding.constraints.devices import Name, Names
from shelfwise.understanding.constraints.lexicon import Lexicon
from shelfwise.understanding.kinds.lexicon import Lexicon as Kinds

_FITS: Final = re.compile(
    r"(?<![a-z])(?:compatible (?:with|for)|(?<!looking )(?<!search )(?<!searching )(?<!shopping )(?<!hunting )"
    r"(?<!hunt )(?<!market )(?<!look )for|fit(?:s|ting)?(?: for)?|suitable for|works? with|working with"
    r"|designed for|made for|support(?:s|ing)?|pairs? with|connects? to|to charge|charges?)"
    r" (?:(?:my|the|an?|your|our|new|old|use with|use on) )*$|(?:适用于?|兼容|适配|匹配|支持"
    r"|适合|用于|可用于|能用于|能连接?|可连接?|连接|配对|配|给)(?:我的?|新|老|旧)*$"
)
_FITS_AFTER: Final = re.compile(
    r"(?:手机|平板|电脑)?(?:能用|可用|专用|适用|通用|用|可以用|可以充|兼容)的?(?!户)| compatible(?![a-z])"
)
_STRONG: Final = re.compile(r"compatible|works? with|适用|兼容|适配")
_FILMS: Final = re.compile(r"(?<![a-z])(?:screen|phone) films?(?![a-z])")
_CUE_CODE: Final = re.compile(
    r"(?<![a-z])(?:compatible with|for|fits?|works with) (?:(?:my|the|an?) )?$|(?:适用于?|兼容|适配)$"
)
ALWAYS: Final = (  # accessories whatever they are for
    *("screen protector", "cable", "charger", "wireless charger", "adapter", "power adapter", "toner", "ink cartridge"),
    *("drum", "cartridge", "privacy filter", "keyboard cover", "lens cap", "earpads"),
)
NEVER: Final = (  # goods by themselves
    *("backpack", "briefcase", "paper", "label", "memory", "warranty", "license", "shelf", "bulb", "power bank"),
    "gasket",
)
_OF_DEVICE: Final = re.compile("手机|平板|笔记本|相机|手表")  # 小米13手机膜
_PRINTS: Final = re.compile(
    r"\d|(?<![a-z])(?:black|cyan|magenta|yellow|laser|printers?|hp|brother|canon|epson|xerox|samsung|lexmark|kyocera|oki)"
)
_FILM: Final = frozenset({"膜", "贴膜", "保护膜"})  # for eyes and faces as well
_SUIT: Final = re.compile("[装餐房件]")


class Devices:
    """Reads what goods must fit, and whether they are an accessory."""

    def __init__(self, names: Lexicon, kinds: Kinds) -> None:
        self._names = names
        self._always, self._never = (frozenset(map(kinds.kind, names)) for names in (ALWAYS, NEVER))

    def __call__(self, context: Context) -> Iterator[Constraint]:
        """What the goods must fit, and their role; places in the context's text."""
        fits = list(self._compatible(context))
        yield from fits
        role = self._role(context, bool(fits))
        if role is not None:
            yield role

    def _compatible(self, context: Context) -> Iterator[Constraint]:
        text, names = context.text.text, Names(context, self._names)
        at = 0
        while at < len(context.text.units):
            name = names.at(at)
            begin = context.text.units[at].start
            if name is None and _CUE_CODE.search(text, max(0, begin - 30), begin):
                name = names.code(at)
            if name is not None and (start := self._begins(name, context)) is not None:
                words = text[start : name.end]
                yield Constraint("compatible", words, start, name.end, value=name.value, confidence=0.9)
            at = at + 1 if name is None else name.last

    def _begins(self, name: Name, context: Context) -> int | None:
        """Where the words begin that say that goods must fit a device; None where none say so."""
        text, head = context.text.text, context.head
        cue = _FITS.search(text, max(0, name.start - 40), name.start)
        if cue is not None and (name.sure or _STRONG.search(cue[0]) or (head is not None and head.end <= cue.start())):
            return cue.start()
        if head is None:
            return name.start if name.sure and _FITS_AFTER.match(text, name.end) else None
        accessory = head.kind in context.kinds.accessories and head.kind not in self._never
        apart = head.start >= name.end or head.end <= name.start
        sure = name.sure or (head.start == name.end and _OF_DEVICE.match(text, head.start))
        return name.start if sure and (_FITS_AFTER.match(text, name.end) or (accessory and apart)) else None

    def _role(self, context: Context, fits: bool) -> Constraint | None:
        head, film = context.head, _FILMS.search(context.text.text)
        if film is not None:
            return Constraint("role", film[0], *film.span(), value="accessory", confidence=0.9)
        if head is None or head.kind not in context.kinds.accessories or head.kind in self._never:
            return None
        text = context.text.text[head.start : head.end]
        always = head.kind in self._always and len(text) > 1 and text not in _FILM
        if text == "toner":  # for faces as well
            always = _PRINTS.search(context.text.text) is not None
        if not (head.fits or fits or always):
            return None
        if context.negated_from(head.start) is not None or (
            len(text) == 1 and _SUIT.match(context.text.text, head.end)
        ):
            return None
        return Constraint("role", text, head.start, head.end, value="accessory", confidence=0.9)
