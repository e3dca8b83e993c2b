"""Single values of a feed: from what was written to a typed value, or `Unusable`."""

from __future__ import annotations

import math
import re
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from html import unescape
from importlib import resources
from typing import Any

MAX_PRICE = Decimal(10) ** 12
MAX_LIST = 1000
EPOCHS = {"unix": 1.0, "unix_ms": 1e3, "unix_us": 1e6, "unix_ns": 1e9}  # since 1970: parts of a second
CURRENCIES = frozenset((resources.files("shelfwise.catalog") / "currencies.txt").read_text("ascii").split())  # ISO 4217
_SYMBOLS = {"¥": "CNY", "￥": "CNY", "元": "CNY", "RMB": "CNY", "人民币": "CNY", "$": "USD", "US$": "USD", "€": "EUR"}
_SYMBOLS |= {"£": "GBP", "HK$": "HKD", "NT$": "TWD"}
_PRICE = re.compile(r"([^\d\s.,+-]*)\s*([+-]?[\d.,' \u00a0]*\d)\s*([^\d\s.,]*)")
_QUANTITY = re.compile(r"([+-]?\d[\d,]*(?:\.\d+)?|[+-]?\.\d+)\s*(\D{0,20})")
_CONTROLS = {code: None for code in (*range(0x20), *range(0x7F, 0xA0)) if code not in (0x09, 0x0A)}
_TAG = re.compile(r"<(script|style)\b.*?</\1\s*>|<!--.*?-->|</?[a-zA-Z][^<>]*>", re.S | re.I)
_YES = "true yes y 1 on in_stock instock available active preorder backorder limited_availability"
_YES += " 是 有 有货 在售 上架 现货"
_NO = "false no n 0 off out_of_stock outofstock unavailable sold_out discontinued draft archived"
_NO += " 否 无 无货 缺货 下架 售罄"
_FLAGS = dict.fromkeys(_YES.split(), True) | dict.fromkeys(_NO.split(), False)


class Unusable(Exception):
    """A value that cannot be used: what was found, and what was expected."""

    def __init__(self, found: object, expected: str) -> None:
        super().__init__(found, expected)
        shown = found if isinstance(found, str) else repr(found)
        self.found = shown if len(shown) <= 80 else f"{shown[:60]}… ({len(shown)} characters)"
        self.expected = expected


def text(value: Any, limit: int, *, html: bool = False) -> str:
    """A text without control characters and without space around it; numbers are written out.

    >>> text(" a\\x00b ", 10), text(12.0, 10)
    ('ab', '12')
    """
    if type(value) is not str:
        value = _written(value)
    if html and ("<" in value or "&" in value):
        value = unescape(_TAG.sub(" ", value))
    if not value.isprintable():
        value = value.replace("\r\n", "\n").translate(_CONTROLS)
    value = value.strip()
    if len(value) > limit:
        raise Unusable(value, f"at most {limit:,} characters")
    return str(value)


def _written(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, int | float | Decimal | date) and not isinstance(value, bool):
        return str(value)
    raise Unusable(value, "a text")


def amount(value: Any) -> tuple[Decimal, str | None]:
    """A price, and its currency when the text says it.

    >>> amount("15.00 USD"), amount("¥9,999"), amount(4.5)
    ((Decimal('15.00'), 'USD'), (Decimal('9999'), 'CNY'), (Decimal('4.5'), None))
    """
    code = None
    if type(value) is float or type(value) is int:
        number = Decimal(repr(value))
    elif isinstance(value, Decimal):
        number = value
    elif isinstance(value, str) and len(value) <= 60:
        number, code = _amount_of(value)
    else:
        raise Unusable(value, "a price")
    if not number.is_finite() or not 0 <= number <= MAX_PRICE or number.as_tuple().exponent < -20:  # type: ignore[operator]
        raise Unusable(value, f"a price from 0 to {MAX_PRICE:,}")
    return number, code


def _amount_of(value: str) -> tuple[Decimal, str | None]:
    value = value.strip()
    try:
        return Decimal(value), None
    except InvalidOperation:
        pass
    match = _PRICE.fullmatch(value)
    if match is None or (match[1] and match[3] and match[1] != match[3]):
        raise Unusable(value, "a price such as 9999.00, ¥9,999 or 15.00 USD")
    mark = match[1] or match[3]
    return Decimal(_plain(match[2])), currency(mark) if mark else None


def _plain(digits: str) -> str:
    """Digits with a decimal point: 1,234.50 and 1.234,50 and 1 234,50 are the same number."""
    digits = re.sub(r"[' \u00a0]", "", digits)
    comma, point = digits.rfind(","), digits.rfind(".")
    decimal_comma = comma > point and (point >= 0 or (digits.count(",") == 1 and len(digits) - comma - 1 != 3))
    out = digits.replace(".", "").replace(",", ".") if decimal_comma else digits.replace(",", "")
    if out.count(".") > 1:
        raise Unusable(digits, "a price such as 9999.00")
    return out


@lru_cache(1000)
def currency(mark: str) -> str:
    """The ISO 4217 code of a code or a sign."""
    code = _SYMBOLS.get(mark.strip(), mark.strip().upper())
    code = _SYMBOLS.get(code, code)
    if code not in CURRENCIES:
        raise Unusable(mark, "a currency such as CNY, USD or EUR")
    return code


def flag(value: Any) -> bool:
    """Yes or no, in English or Chinese, or an availability ("in stock", "preorder", 有货)."""
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float) and value in (0, 1):
        return bool(value)
    found = _FLAGS.get(str(value).strip().lower().replace(" ", "_").replace("-", "_"))
    if found is None:
        raise Unusable(value, "yes or no, or in_stock or out_of_stock")
    return found


def count(value: Any) -> int:
    """A whole number of pieces; shops that oversell write negative ones, which are none."""
    number = quantity(value)[0]
    if not number.is_integer() or abs(number) > 2**53:
        raise Unusable(value, "a whole number")
    return max(int(number), 0)


def quantity(value: Any) -> tuple[float, str | None]:
    """A number, and the unit behind it.

    >>> quantity("16 GB"), quantity("1,000"), quantity(3)
    ((16.0, 'GB'), (1000.0, None), (3.0, None))
    """
    unit = None
    if isinstance(value, str) and len(value) <= 60:
        match = _QUANTITY.fullmatch(value.strip())
        if match is None:
            raise Unusable(value, "a number")
        value, unit = match[1].replace(",", ""), match[2].strip() or None
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        raise Unusable(value, "a number")
    try:
        number = float(value)
    except (ValueError, OverflowError):
        raise Unusable(value, "a number") from None
    if not math.isfinite(number):
        raise Unusable(value, "a finite number")
    return number, unit


def time(value: Any, format: str | None = None, zone: tzinfo = UTC) -> datetime:
    """A time; one that does not say its zone is in `zone`. format: one of EPOCHS, for strptime, or ISO 8601.

    >>> time("2025-01-02T03:04:05Z")
    datetime.datetime(2025, 1, 2, 3, 4, 5, tzinfo=datetime.timezone.utc)
    >>> time(1735787045000, "unix_ms") == _
    True
    """
    try:
        if isinstance(value, datetime):
            found = value
        elif isinstance(value, date):
            found = datetime(value.year, value.month, value.day, tzinfo=zone)
        elif format in EPOCHS:
            found = datetime.fromtimestamp(quantity(value)[0] / EPOCHS[format], UTC)
        else:
            found = datetime.strptime(value.strip(), format) if format else datetime.fromisoformat(value.strip())
        return found if found.tzinfo is not None else found.replace(tzinfo=zone)
    except (ValueError, TypeError, AttributeError, OverflowError, OSError):
        expected = f"a time as {format}" if format else "a time such as 2025-01-31 or 2025-01-31T12:00:00Z"
        raise Unusable(value, expected) from None


def texts(value: Any, limit: int, separator: str | None) -> tuple[str, ...]:
    """Several texts: a list, or one text that `separator` cuts; empty ones and repetitions are left out."""
    if isinstance(value, list | tuple):
        parts: Any = value
    elif separator is not None and isinstance(value, str):
        parts = value.split(separator)
    else:
        parts = (value,)
    if len(parts) > MAX_LIST:
        raise Unusable(f"a list of {len(parts)}", f"at most {MAX_LIST:,} values")
    found = dict.fromkeys(text(part, limit) for part in parts)
    found.pop("", None)
    return tuple(found)


def address(value: str) -> str:
    """A web address or a path; scripts and the like are refused."""
    scheme = re.match(r"\s*([a-zA-Z][a-zA-Z0-9+.-]*):", value)
    if scheme and scheme[1].lower() not in ("http", "https"):
        raise Unusable(value, "an address that starts with http:// or https://")
    return value


def is_chinese(text: str) -> bool:
    """Whether it has a Chinese character."""
    return not text.isascii() and any("\u4e00" <= character <= "\u9fff" for character in text)


@lru_cache(100)
def scale(factor: float) -> Decimal:
    """A factor as it was written: 0.01 is a hundredth, not the nearest binary fraction."""
    return Decimal(repr(factor))
