"""How a fact is said in Chinese and in English."""

from __future__ import annotations

from shelfwise.simulate.specs import FactValue, Pair, values

ZH, EN = 0, 1
LANGUAGES = ("zh", "en")  # in the order of a Pair


def attribute_names(key: str) -> Pair:
    """What an attribute is called."""
    zh, en, _ = values()["attribute"][key]
    return zh, en


def unit_of(key: str) -> str | None:
    """The unit of an attribute's numbers."""
    unit: str = values()["attribute"][key][2]
    return unit or None


def value_words(key: str, value: FactValue) -> Pair:
    """A value as people read it.

    >>> value_words("storage", 1024)
    ('1TB', '1 TB')
    >>> value_words("color", "navy blue")
    ('藏青色', 'navy blue')
    """
    if isinstance(value, bool):
        return ("是", "yes") if value else ("否", "no")
    if isinstance(value, str):
        return (values()[key][value], value)
    unit = unit_of(key)
    if unit == "GB" and value >= 1024:
        return f"{value / 1024:g}TB", f"{value / 1024:g} TB"
    zh, en = values()["unit"][unit] if unit else ("{}", "{}")
    return zh.format(f"{value:g}"), en.format(f"{value:g}")


def category_words(path: tuple[str, ...]) -> tuple[str, ...]:
    """A category path in Chinese."""
    names = values()["category"]
    return tuple(names[name] for name in path)
