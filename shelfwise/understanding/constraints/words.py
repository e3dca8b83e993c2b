"""Names read in their company: colours, materials, people, occasions, features, brands, wishes; negations."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import Final

from shelfwise.understanding.base import Constraint
from shelfwise.understanding.constraints.context import Context
from shelfwise.understanding.constraints.lexicon import Entry, Found, Lexicon
from shelfwise.understanding.constraints.text import IS_HAN
from shelfwise.understanding.kinds.lexicon import default_lexicon

_OWNED: Final = re.compile(r"(?<![a-z])(?:my|our|his|her|their|your) $")
_NOT_WISHED: Final = frozenset({"price", "rating", "recency", "sort"})
_MODEL: Final = re.compile(r" (?=[a-z-]*\d)(?=\d*[a-z-])[a-z0-9]+(?:-[a-z0-9]+)*(?![a-z0-9])")
JEWELLERY: Final = ("ring", "necklace", "earrings", "bracelet", "brooch")
_JEWELS: Final = re.compile(
    r" ?(?:jewel|chain|pendant|rings?(?![a-z])|necklace|bracelet|earring|bangle|anklet|cufflink"
    r"|项链|戒指|手镯|手链|耳环|耳钉|吊坠|首饰|镯子|脚链)"
)
COMPANY: Final = ("goods", "use", "person", "sure", "friend")  # what says most comes first
SURE: Final = 0.9
DOUBTED: Final = 0.75
CONSUMED: Final = frozenset({"price", "rating", "sort"})


class Words:
    """Reads the names of a lexicon."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon

    def __call__(self, context: Context) -> list[Constraint]:
        """Constraints by names, with places in the context's text, in order."""
        found = list(self._lexicon.find(context.text))
        places = [(one.start, one.end) for one in found]
        read: list[Constraint] = []
        for one in found:
            said = _read(one, context, places, read[-1] if read else None)
            if said is not None:
                read.append(said)
        return read


def _read(
    found: Found, context: Context, places: Sequence[tuple[int, int]], before: Constraint | None
) -> Constraint | None:
    """The first meaning of a name that counts; those that need company say more than those that do not."""
    negation = _negation(found, context, before)
    for entry in sorted(found.entries, key=lambda entry: COMPANY.index(entry.needs)):
        if entry.kind in _NOT_WISHED:
            if negation is None and _wished(found, context):
                return _made(entry, found, context, found.start, found.end)
            continue
        said = _said(entry, found, context, places, negation is not None)
        if said is None:
            continue
        if negation is not None:
            return replace(_made(said, found, context, *negation), negated=True, consumed=True)
        cue = context.person_from(found.start) if said.kind == "audience" else None
        made = _made(said, found, context, found.start if cue is None else cue, found.end)
        doubted = (
            said.source == "catalogue" and said.kind == "brand" and not _beside_goods(said, found, context, places)
        )
        return replace(made, confidence=DOUBTED) if doubted else made  # the shop's brand Equip, in `equip my office`
    return None


def _negation(found: Found, context: Context, before: Constraint | None) -> tuple[int, int] | None:
    """The bounds of a name with its negation, before it, behind it, or before one that it is listed with."""
    begin, end = context.negated_from(found.start), context.negated_to(found.end)
    if begin is None and end is None:
        if before is None or not before.negated or not context.listed(before.end, found.start):
            return None
        begin = before.end
    start = found.start if begin is None else begin
    return start, context.exception_to(start, found.end if end is None else end)


def _made(entry: Entry, found: Found, context: Context, start: int, end: int) -> Constraint:
    return Constraint(
        entry.kind,
        context.text.text[start:end],
        start,
        end,
        value=entry.value,
        level=entry.level,
        confidence=SURE if entry.needs == "sure" else DOUBTED,
        consumed=entry.kind in CONSUMED,
        source=entry.source,
    )


def _wished(found: Found, context: Context) -> bool:
    """`new` of `my new phone` is no wish."""
    owned = _OWNED.search(context.text.text, max(0, found.start - 12), found.start)
    return _whole(found, context) and not (owned and found.entries[0].kind == "recency")


def _whole(found: Found, context: Context) -> bool:
    """Whether a short Chinese name is made of whole words; longer ones are names anyhow."""
    size, text = found.end - found.start, context.text.text
    if size > 2 or not IS_HAN.match(text, found.start):
        return True
    if size == 1 and text[found.start] in "男女" and context.garment_after(found.end):
        return True  # 女鞋 is a word by itself
    after_word = size > 1 or context.follows_word(found.start)
    return after_word and context.is_words(found.start, found.end)


def _said(
    entry: Entry, found: Found, context: Context, places: Sequence[tuple[int, int]], negated: bool
) -> Entry | None:
    """The meaning of a name in its company; None where it has none."""
    if not _whole(found, context) or _is_goods(entry, found, context):
        return None
    if entry.needs == "sure" or (negated and entry.kind in ("brand", "colour", "material")):
        return entry
    if entry.needs == "person":
        said = context.person_from(found.start) is not None or (
            _han(found, context) and context.person_after(found.end)
        )
        return entry if said else None
    if entry.needs == "use":
        return entry if _used(found, context, places) else replace(entry, kind="feature")
    return entry if _beside_goods(entry, found, context, places) else None


def _used(found: Found, context: Context, places: Sequence[tuple[int, int]]) -> bool:
    """Whether a name is said as a use: `for summer`, 夏天穿; of `for a beach wedding` it is the wedding."""
    if _han(found, context) and context.used(found.end):
        return True
    last = all(start - found.end not in (0, 1) for start, _ in places)
    return last and context.person_from(found.start) is not None


def _is_goods(entry: Entry, found: Found, context: Context) -> bool:
    """Whether a name is part of a longer name of goods: `school` of `school bag`, 皮 of 皮带."""
    if entry.kind == "brand":
        return False
    goods = context.within(found.start, found.end)
    if goods is None:
        return False
    first, last, _ = goods
    rest = context.text.text[found.end : last].strip(" -")
    loose = entry.kind in ("colour", "material") and first == found.start and not _han(found, context)
    return not (loose and rest and context.kinds.kind(rest) is not None)  # leather of `leather shoes` is no part


def _han(found: Found, context: Context) -> bool:
    return _han_at(found.start, context)


def _beside_goods(entry: Entry, found: Found, context: Context, places: Sequence[tuple[int, int]]) -> bool:
    text, start, end = context.text.text, found.start, found.end
    goods = context.goods_after(end, places)
    if entry.kind == "material" and entry.value in ("gold", "silver"):
        return any(kind in _jewellery() for _, _, kind in context.mentions) or _JEWELS.search(text) is not None
    if entry.kind == "audience":
        last = not _han_at(end, context) or context.goods_before(start)
        return goods is not None or context.garment_after(end) or (last and _apart(start, end, context))
    if entry.kind == "brand":
        alone = end - start == len(text) and not _han(found, context)
        model = _MODEL.match(text, end) is not None  # brother tn-2420
        return alone or model or goods is not None or context.goods_before(start) or context.branded(start, end)
    if goods is not None or (_han(found, context) and context.garment_after(end)):
        return True
    if entry.kind == "material":
        return context.made_of(start, end)
    return not _han(found, context) and context.coloured(start, end)


def _apart(start: int, end: int, context: Context) -> bool:
    """Whether a character is a word by itself."""
    return any(token.start == start and token.end == end for token in context.analysis.words)


def _han_at(place: int, context: Context) -> bool:
    return IS_HAN.match(context.text.text, place) is not None


@cache
def _jewellery() -> frozenset[str | None]:
    return frozenset(map(default_lexicon().kind, JEWELLERY))
