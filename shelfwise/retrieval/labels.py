"""What fields and values are called on a page, by language: the shop's `labels.toml` over built-in names.

```toml
[zh.attributes]
color = "颜色"
[zh.values]
"color=black" = "黑色"
"unit=pairs" = "双"
[zh.categories]
Phones = "手机"
```
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from shelfwise.errors import SettingsError
from shelfwise.retrieval.base import CATEGORY_SEPARATOR
from shelfwise.types import Locale

LOCALES: Final[tuple[Locale, ...]] = ("en", "zh")
SECTIONS: Final = ("attributes", "values", "categories")
ATTRIBUTE: Final = "attributes."

FIELDS: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {
        "brand": "Brand",
        "category": "Category",
        "price": "Price",
        "list_price": "List price",
        "discount": "Discount",
        "rating": "Rating",
        "rating_count": "Reviews",
        "available": "Availability",
        "tags": "Tags",
        "language": "Language",
        "released": "Released",
        "updated": "Updated",
        "title": "Title",
        "description": "Description",
        "attributes": "Attributes",
        "codes": "Codes",
    },
    "zh": {
        "brand": "品牌",
        "category": "分类",
        "price": "价格",
        "list_price": "原价",
        "discount": "折扣",
        "rating": "评分",
        "rating_count": "评价数",
        "available": "库存",
        "tags": "标签",
        "language": "语言",
        "released": "上市时间",
        "updated": "更新时间",
        "title": "标题",
        "description": "描述",
        "attributes": "参数",
        "codes": "型号",
    },
}
VALUES: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {"true": "Yes", "false": "No", "available=true": "In stock", "available=false": "Out of stock"},
    "zh": {"true": "是", "false": "否", "available=true": "有货", "available=false": "缺货"},
}
# Signs (GB, W, kg) are the same everywhere; words are not.
UNITS: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {},
    "zh": {
        "inch": "英寸",
        "inches": "英寸",
        "second": "秒",
        "seconds": "秒",
        "minute": "分钟",
        "minutes": "分钟",
        "min": "分钟",
        "hour": "小时",
        "hours": "小时",
        "h": "小时",
        "day": "天",
        "days": "天",
        "month": "个月",
        "months": "个月",
        "year": "年",
        "years": "年",
        "page": "页",
        "pages": "页",
        "piece": "件",
        "pieces": "件",
        "pcs": "件",
        "people": "人",
        "persons": "人",
        "keys": "键",
        "gears": "档",
        "count": "支",
    },
}


class Labels:
    """Labels by locale → section → key. Every lookup has an answer: a missing label is made from the key.

    >>> Labels({"zh": {"attributes": {"color": "颜色"}}}).field("attributes.color", "zh")
    '颜色'
    >>> Labels().field("attributes.screen_size", "en")
    'Screen size'
    """

    def __init__(self, sections: Mapping[str, Mapping[str, Mapping[str, str]]] | None = None) -> None:
        self._sections = sections or {}
        content = json.dumps(self._sections, ensure_ascii=True, sort_keys=True, default=dict)
        self.fingerprint = sha256(content.encode()).hexdigest()[:16]  # labels are searched too: see document.py

    @classmethod
    def read(cls, path: Path) -> Labels:
        """Labels of a shop's file; without the file, the built-in ones. Raises SettingsError naming the key."""
        if not path.exists():
            return cls()
        try:
            return cls(_checked(path, tomllib.loads(path.read_text("utf-8"))))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise SettingsError(f"{path}: not valid TOML: {error}.") from error

    def field(self, field: str, locale: Locale) -> str:
        """The name of a field: "price", "attributes.color"."""
        key = field.removeprefix(ATTRIBUTE)
        found = self._label(locale, "attributes", key)
        return found or FIELDS[locale].get(field) or humanise(key)

    def value(self, field: str, value: str, locale: Locale) -> str:
        """The name of a field's value; of a category path, the name of its last part."""
        if field == "category":
            leaf = value.rsplit(CATEGORY_SEPARATOR, 1)[-1]
            return self._label(locale, "categories", leaf) or leaf
        pair = f"{field.removeprefix(ATTRIBUTE)}={value}"
        names = VALUES[locale]
        return self._label(locale, "values", pair) or names.get(pair) or names.get(value) or value

    def unit(self, unit: str, locale: Locale) -> str:
        """The name of a unit; one that is a sign stays as it is.

        >>> Labels().unit("months", "zh"), Labels().unit("GB", "zh")
        ('个月', 'GB')
        """
        return self._label(locale, "values", f"unit={unit}") or UNITS[locale].get(unit) or unit

    def known_field(self, key: str, locale: Locale) -> str | None:
        """The shop's own label of an attribute, None where it gave none."""
        return self._label(locale, "attributes", key)

    def known_value(self, key: str, value: str, locale: Locale) -> str | None:
        """The shop's own label of an attribute's value, None where it gave none."""
        return self._label(locale, "values", f"{key}={value}")

    def known_category(self, name: str, locale: Locale) -> str | None:
        """The shop's own label of one part of a category path, None where it gave none."""
        return self._label(locale, "categories", name)

    def _label(self, locale: Locale, section: str, key: str) -> str | None:
        return self._sections.get(locale, {}).get(section, {}).get(key)


def humanise(key: str) -> str:
    """A readable name for a key without a label.

    >>> humanise("wi_fi__built_in_")
    'Wi fi built in'
    """
    words = " ".join(key.replace("_", " ").replace(".", " ").split())
    return words[:1].upper() + words[1:] if words else key


def _checked(path: Path, raw: Mapping[str, Any]) -> dict[str, dict[str, dict[str, str]]]:
    return {locale: _locale(path, locale, sections) for locale, sections in raw.items()}


def _locale(path: Path, locale: str, sections: Any) -> dict[str, dict[str, str]]:
    if locale not in LOCALES:
        raise SettingsError(f"{path}: unknown language {locale!r}.", hint=f"Expected one of: {', '.join(LOCALES)}.")
    if not isinstance(sections, dict):
        raise SettingsError(f"{path}: {locale}: expected sections {', '.join(SECTIONS)}; found {sections!r}.")
    for section, labels in sections.items():
        if section not in SECTIONS:
            raise SettingsError(f"{path}: unknown section {locale}.{section}; expected one of {', '.join(SECTIONS)}.")
        if not isinstance(labels, dict):
            raise SettingsError(f"{path}: {locale}.{section}: expected a table of labels; found {labels!r}.")
        for key, label in labels.items():
            if not isinstance(label, str):
                raise SettingsError(f"{path}: {locale}.{section}.{key}: expected a text; found {label!r}.")
    return sections
