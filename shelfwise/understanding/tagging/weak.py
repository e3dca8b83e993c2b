"""Labels without a labeller: the spans of product titles that the catalogue itself explains.

    brand     the product's brand, where the title names it
    product   names of kinds (kinds/lexicon.py)
    model     runs of letters and digits that look like a code and are no measure
    colour, size, capacity, material
              values of attributes whose key says so, where the title names them

What a catalogue leaves unsaid stays O, so these labels have gaps. They are a beginning for labelling by hand. A tagger
trained on them alone learns where a title has its brand, not what a brand is: of brands that it never saw it finds .89
(F1) at the beginning of a title and none at the end (benchmarks/understanding/tagging.py, Icecat). So none runs by
itself: of 25 spans that such a tagger found in 74 queries, and no dictionary has, 8 were right.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from shelfwise.language.codes import is_code
from shelfwise.language.normalise import Normalised, normalise
from shelfwise.types import Product
from shelfwise.understanding.kinds.lexicon import Lexicon, default_lexicon, units
from shelfwise.understanding.tagging.base import Span, Tagged
from shelfwise.understanding.tagging.units import LONGEST

KEYS: Final = {
    "colour": re.compile(r"colou?r|颜色|色"),
    "size": re.compile(r"\bsize|diagonal|尺寸|尺码"),
    "capacity": re.compile(r"capacity|memory|storage|容量|内存"),
    "material": re.compile(r"material|材质|面料"),
}
_CODE: Final = re.compile(r"[a-z0-9]+(?:[-./#][a-z0-9]+)*")
_MEASURE: Final = re.compile(
    r"\d+(?:[.,/x-]\d+)*(?:[a-z]{1,3}|inch|pixels)|\d+x\d+\w*|\d?[a-z]|usb\d?.*|\d+(?:st|nd|rd|th)|ddr\d.*"
)
_WORD: Final = re.compile("[a-z0-9]")


def weak_labels(products: Iterable[Product], lexicon: Lexicon | None = None) -> Iterator[Tagged]:
    """The titles of products, as far as the catalogue explains them. Where two labels overlap the first kind in the
    list above counts; of one kind the longer."""
    known = lexicon or default_lexicon()
    for product in products:
        title = product.title[:LONGEST]
        yield Tagged(title, _spans(product, normalise(title), known))


def _spans(product: Product, title: Normalised, lexicon: Lexicon) -> tuple[Span, ...]:
    taken: list[tuple[int, int, str]] = []
    for start, end, kind in _found(product, title.text, lexicon):
        if not any(start < last and end > first for first, last, _ in taken):
            taken.append((start, end, kind))
    return tuple(Span(*title.original(start, end), kind) for start, end, kind in sorted(taken))


def _found(product: Product, title: str, lexicon: Lexicon) -> Iterator[tuple[int, int, str]]:
    if product.brand:
        yield from _named(title, [product.brand], "brand")
    of = units(title)
    for mention in lexicon.mentions(of):
        start, end = of[mention.first].start, of[mention.last - 1].end
        if end - start > 1:  # a lone Chinese character says too little
            yield start, end, "product"
    for match in _CODE.finditer(title):
        plain = re.sub(r"[^a-z0-9]", "", match[0])
        if is_code(plain) and not plain.isdigit() and not _MEASURE.fullmatch(match[0]):
            yield match.start(), match.end(), "model"
    for kind, pattern in KEYS.items():
        values = [a.value for key, a in product.attributes.items() if pattern.search(key.replace("_", " "))]
        yield from _named(title, [value for value in values if isinstance(value, str)], kind)


def _named(title: str, names: Sequence[str], kind: str) -> Iterator[tuple[int, int, str]]:
    """Where a folded title names one of these, as whole words; the longest first."""
    for name in sorted({normalise(name).text.strip() for name in names}, key=lambda one: (-len(one), one)):
        at = title.find(name) if len(name) > 1 else -1
        while at >= 0:
            end = at + len(name)
            if not _cuts(title, at) and not _cuts(title, end):
                yield at, end, kind
            at = title.find(name, end)


def _cuts(text: str, at: int) -> bool:
    """Whether a place lies inside a word of letters or digits."""
    return 0 < at < len(text) and bool(_WORD.match(text[at - 1]) and _WORD.match(text[at]))
