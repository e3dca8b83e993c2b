"""What the values of a catalogue's text attributes mean: which keys hold colours, materials, people …, and how written.

A key holds a kind of the lexicon when its name says so (`product_colour`, 材质) and at least HINTED of its products'
values are names of that kind; or, for colours and materials, MEANT of them whatever its name. A value may name several
("Black, Silver"). Values of other keys are facts by themselves ("noise cancelling") and are known by their own words.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

from shelfwise.language.normalise import fold
from shelfwise.understanding.constraints.lexicon import lexicon
from shelfwise.understanding.kinds.lexicon import default_lexicon

MOST_VALUES: Final = 300  # of a key; a key of more holds free text
LONGEST: Final = 60  # characters of a value that names something
MEANT: Final = 0.5
HINTED: Final = 0.15
HINTS: Final[Mapping[str, re.Pattern[str]]] = {
    "colour": re.compile(r"colou?r|颜色|色系"),
    "material": re.compile(r"material|fabric|材质|面料|质地"),
    "audience": re.compile(r"gender|audience|target|age(?:_|$)|性别|人群|年龄"),
    "occasion": re.compile(r"occasion|season|activity|场合|场景|用途|季"),
}
SIZE: Final = re.compile(
    r"^(?:(?:shoe|clothing|clothes|apparel|garment|ring|hat|paper)_)?size(?:_(?:eu|uk|us))?$|尺码|鞋码"
)
COMPATIBLE: Final = re.compile(r"compatib|fits|适用|兼容")
_DULL: Final = re.compile(
    r"country|origin|packag|certif|status|temperature|humidity|dimension|warranty|condition|standard"
    r"|code|date|version"
    r"|type$|model|family|product|socket|form_factor|language|layout|产地|包装|认证|状态"
)
_SPLIT: Final = re.compile(r"\s*(?:[,/;&+|、，；]|\band\b|\bwith\b)\s*")
_LISTED: Final = re.compile(r"\s*[,/;|、，；]\s*")
_NAMES: Final = re.compile(r"(?=[a-z -]{3,30}$)[a-z]+(?:[ -][a-z]+)+|[\u3400-\u9fff]{3,8}")
_SIZES: Final = re.compile(r"x{0,5}[sml]|\d?xl|\d{1,2}(?:\.5)?|[ab]\d|one size|均码|[小中大]号?码?")
MINOR: Final = 0.02  # share of the products with the most frequent key of a kind before another key is of that kind
LEAST: Final = 0.005  # share of the products that have a key before its values are facts


class TextKey:
    """A text attribute: how many products have it, and its values."""

    def __init__(self) -> None:
        self.count = 0
        self.open = False  # more values than a key of names has
        self.values: Counter[str] = Counter()

    def add(self, values: Sequence[str]) -> None:
        """Counts the values of a product."""
        self.count += 1
        if self.open:
            return
        self.values.update(value for value in values if value and len(value) <= LONGEST)
        if len(self.values) > 8 * MOST_VALUES:
            self.open, self.values = True, Counter()


def fields(keys: Mapping[str, TextKey], flags: Mapping[str, int], products: int) -> dict[str, Any]:
    """Kind → canonical value → key → values as written, and the share of products with a key of each kind."""
    found: dict[str, dict[str, dict[str, list[Any]]]] = {}
    cover: dict[str, float] = {}
    kinds = {key: kind_of(key, one) for key, one in keys.items()}
    most = {kind: max(keys[key].count for key in keys if kinds[key] == kind) for kind in set(kinds.values())}
    for key, one in keys.items():
        kind = kinds[key]
        dull = one.count < LEAST * products or _DULL.search(fold(key))
        if one.count < MINOR * most[kind] or (kind == "fact" and dull):
            continue
        for value, _ in sorted(one.values.items(), key=lambda item: (-item[1], item[0]))[:MOST_VALUES]:
            for canonical in dict.fromkeys(meanings(value, kind)):
                found.setdefault(kind, {}).setdefault(canonical, {}).setdefault(key, []).append(value)
        cover[kind] = max(cover.get(kind, 0.0), one.count / max(products, 1))
    for flag, count in flags.items():
        name = _fact(fold(flag).replace("_", " ")) if count >= LEAST * products else None
        if name is not None:
            found.setdefault("flag", {}).setdefault(name, {})[flag] = [True]
    return {"values": found, "cover": cover}


def kind_of(key: str, one: TextKey) -> str:
    """What a key's values are: a kind of the lexicon, a size, what goods fit, or facts."""
    name = fold(key)
    if COMPATIBLE.search(name):
        return "compatible"
    total = sum(one.values.values()) or 1
    if SIZE.search(name):
        sizes = sum(count for value, count in one.values.items() if _SIZES.fullmatch(fold(value).strip()))
        return "size" if sizes >= MEANT * total else "fact"
    shares = dict.fromkeys(HINTS, 0.0)
    for value, count in one.values.most_common(MOST_VALUES):
        for kind in {kind for part in _SPLIT.split(fold(value)) for kind in _known(part)}:
            shares[kind] += count / total
    hinted = [kind for kind, hint in HINTS.items() if hint.search(name) and shares[kind] >= HINTED]
    best = max(
        ("colour", "material"), key=lambda kind: shares[kind]
    )  # the values of other kinds are words of many uses
    return hinted[0] if hinted else best if shares[best] >= MEANT else "fact"


def meanings(value: str, kind: str) -> Iterator[str]:
    """The canonical names that a value stands for.

    >>> list(meanings("Black, Navy", "colour")), list(meanings("ABS plastic", "material")), list(meanings("XL", "size"))
    (['black', 'blue'], ['plastic'], ['xl'])
    """
    folded = fold(value).strip()
    if kind == "compatible":
        yield folded
        return
    for part in (_LISTED if kind == "fact" else _SPLIT).split(folded):
        name = _fact(part) if kind == "fact" else part if kind == "size" else _known(part).get(kind)
        if name:
            yield name


@lru_cache(maxsize=65_536)
def _known(part: str) -> dict[str, str]:
    """Kind → the canonical value that a text is a name of: as a whole, or else its last word (signal black)."""
    found: dict[str, str] = {}
    for name in dict.fromkeys((part.rpartition(" ")[2], part)):
        meant = [entry for entry in lexicon().meanings(name) if entry.kind in HINTS and entry.needs != "friend"]
        found.update({str(entry.kind): entry.value for entry in meant})
    return found


def _fact(part: str) -> str | None:
    """A fact's canonical name; None where a value names nothing, or goods, or what another kind knows better.

    One word alone is too little to go by (`power`, `box`), unless the lexicon has it.
    """
    known = lexicon().known("feature", part)
    if known is not None:
        return known
    if not _NAMES.fullmatch(part) or default_lexicon().kind(part) is not None or lexicon().meanings(part):
        return None
    return part
