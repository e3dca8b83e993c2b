"""One short sentence that says why a product was found, in each language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from shelfwise.types import Contribution

FIELD_NAMES: Final[Mapping[str, tuple[str, str]]] = {
    "title": ("title", "标题"),
    "title_grams": ("title", "标题"),
    "brand": ("brand", "品牌"),
    "category": ("category", "类目"),
    "kinds": ("category", "类目"),
    "attributes": ("specifications", "参数"),
    "description": ("description", "描述"),
    "tags": ("tags", "标签"),
    "codes": ("model number", "型号"),
}
MEANING: Final = {"en": "Close in meaning to your search", "zh": "与搜索词意思相近"}


def reason(why: Sequence[Contribution]) -> dict[str, str]:
    """The field that matched best, or closeness in meaning; nothing for a product that was not searched for.

    >>> reason([Contribution("lexical", "brand", 2.0), Contribution("lexical", "title", 5.0)])["en"]
    'Matches in title and brand'
    """
    scores: dict[tuple[str, str], float] = {}
    for line in why:
        if line.stage == "lexical" and line.name in FIELD_NAMES and line.value > 0:
            names = FIELD_NAMES[line.name]
            scores[names] = scores.get(names, 0.0) + line.value
    best = sorted(scores, key=lambda names: -scores[names])[:2]
    if best:
        english, chinese = zip(*best, strict=True)
        return {"en": f"Matches in {' and '.join(english)}", "zh": f"{'、'.join(chinese)}匹配"}
    if any(line.stage == "dense" for line in why):
        return dict(MEANING)
    return {}
