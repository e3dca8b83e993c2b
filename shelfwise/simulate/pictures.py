"""A drawing of each product: its kind's shape in its colour, sized and detailed by its facts."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from functools import cache
from typing import Any

from shelfwise.simulate.specs import Kind, brands, kinds, load, values
from shelfwise.types import Product

ACCENTS = ("#e07a5f", "#3d85c6", "#5aa469", "#c06c9b", "#e0a030", "#6c63b5", "#2f9e9e", "#b5534a")
PAPERS = ("#f6f7f9", "#f8f5ef", "#f1f6f8", "#f7f3f7", "#f3f7f1")
STYLE = (
    "<style>text{font-family:sans-serif;font-weight:700;text-anchor:middle}"
    ".t{font-size:28px}.s{font-size:20px}.x{font-size:13px}</style>"
)
PATTERNS = {
    "striped": '<path d="M0 0h16v32H0z" fill="$l"/>',
    "checked": '<path d="M0 0h16v16H0zM16 16h16v16H16z" fill="$l"/>',
    "floral": '<g fill="$l"><circle cx="10" cy="10" r="5"/><circle cx="18" cy="10" r="5"/>'
    '<circle cx="14" cy="17" r="5"/></g><circle cx="14" cy="12" r="3" fill="#f3cb48"/>',
    "polka dot": '<circle cx="16" cy="16" r="6" fill="$l"/>',
}


def demo_pictures(product: Product) -> str:
    """The product's picture: SVG text of 400 by 400, the same for the same product.

    Raises KeyError for a product that is not of the demo shop.
    """
    kind = kind_of(product)
    shape = shapes()[kind.draw]
    chance = zlib.crc32((product.codes[0] if product.codes else product.id).encode())
    color = _hex(product)
    pattern = PATTERNS.get(_text(product, "pattern") or "", "")
    words = {
        "$f": "url(#p)" if pattern else color,
        "$c": color,
        "$d": _mixed(color, "#14161c", 0.32),
        "$l": _mixed(color, "#ffffff", 0.6),
        "$k": _mixed(color, "#ffffff" if _lightness(color) < 0.5 else "#14161c", 0.25),
        "$t": _mixed(color, "#ffffff" if _lightness(color) < 0.45 else "#14161c", 0.6),
        "$a": ACCENTS[chance // 7 % len(ACCENTS)],
        "$i": _initials(product),
        "@": str((26, 58, 40)[chance // 3 % 3]) if kind.draw == "watch" else "92",
    }
    parts = [shape["body"], shape.get("forms", {}).get(_form(product, shape), "")]
    if "extra" in shape:
        parts.append(shape["extra"][chance // 11 % len(shape["extra"])])
    drawing = _filled("".join(parts), words)
    factor = _factor(product, kind, shape)
    shift = 200 * (1 - factor)
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 400" width="400" height="400">'
        f"{STYLE}{_filled(_pattern(pattern), words)}"
        f'<rect width="400" height="400" fill="{PAPERS[chance % len(PAPERS)]}"/>'
        f'<ellipse cx="200" cy="362" rx="{130 * factor:.0f}" ry="10" fill="#000" opacity=".07"/>'
        f'<g transform="translate({shift:.1f} {shift:.1f}) scale({factor:.3f})">{drawing}</g></svg>'
    )


@cache
def shapes() -> Mapping[str, Any]:
    """The drawings by name."""
    return load("pictures")


@cache
def _kinds_by_path() -> Mapping[tuple[str, ...], tuple[Kind, ...]]:
    found: dict[tuple[str, ...], tuple[Kind, ...]] = {}
    for kind in kinds().values():
        found[kind.path] = (*found.get(kind.path, ()), kind)
    return found


def kind_of(product: Product) -> Kind:
    """The kind of a demo product: by its category, and where kinds share one, by its id."""
    candidates = _kinds_by_path()[product.category]
    named = [kind for kind in candidates if product.id.startswith(f"{kind.key.replace('_', '-')}-")]
    return (named or list(candidates))[0]


def _form(product: Product, shape: Mapping[str, Any]) -> str:
    attribute = product.attributes.get(shape.get("by", ""))
    if attribute is None:
        return str(next(iter(shape.get("forms", {"": ""}))))
    return attribute.value if isinstance(attribute.value, str) else f"{attribute.value:g}"


def _factor(product: Product, kind: Kind, shape: Mapping[str, Any]) -> float:
    """0.78 for the smallest value of the kind's size fact, 1 for the largest."""
    key = shape.get("size")
    attribute = product.attributes.get(key) if key else None
    if attribute is None or not isinstance(attribute.value, float | int):
        return 0.95
    sizes = [value for value in kind.facts[str(key)].values if isinstance(value, float | int)]
    low, high = min(sizes), max(sizes)
    return 0.78 + 0.22 * min(1.0, max(0.0, (attribute.value - low) / ((high - low) or 1)))


def _text(product: Product, key: str) -> str | None:
    attribute = product.attributes.get(key)
    return attribute.value if attribute is not None and isinstance(attribute.value, str) else None


def _hex(product: Product) -> str:
    colors: Mapping[str, str] = values()["hex"]
    return colors.get(_text(product, "color") or "silver", "#c3c8cf")


def _initials(product: Product) -> str:
    return _codes_by_brand().get(product.brand or "", "")


@cache
def _codes_by_brand() -> Mapping[str, str]:
    return {f"{brand.en} {brand.zh}": brand.code for brand in brands().values()}


def _pattern(tile: str) -> str:
    """The definition of pattern "p", a tile on the product's colour."""
    if not tile:
        return ""
    inside = f'<rect width="32" height="32" fill="$c"/>{tile}'
    return f'<defs><pattern id="p" width="32" height="32" patternUnits="userSpaceOnUse">{inside}</pattern></defs>'


def _filled(text: str, words: Mapping[str, str]) -> str:
    for name, value in words.items():
        text = text.replace(name, value)
    return text


def _channels(color: str) -> list[int]:
    return [int(color[place : place + 2], 16) for place in (1, 3, 5)]


def _mixed(color: str, other: str, share: float) -> str:
    pairs = zip(_channels(color), _channels(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def _lightness(color: str) -> float:
    return sum(_channels(color)) / 765
