"""Numbers, money and dates as people of a language write them."""

from __future__ import annotations

from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from shelfwise.types import Locale, Money

SYMBOLS: Final = {
    "CNY": "¥",
    "USD": "$",
    "EUR": "€",
    "GBP": "£",
    "JPY": "JP¥",
    "HKD": "HK$",
    "TWD": "NT$",
    "KRW": "₩",
    "INR": "₹",
    "AUD": "A$",
    "CAD": "C$",
}
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def money(price: Money) -> str:
    """A price; whole amounts without decimals.

    >>> money(Money(Decimal("9999.00"), "CNY")), money(Money(Decimal("12.5"), "USD")), money(Money(Decimal(5), "XAF"))
    ('¥9,999', '$12.50', 'XAF 5')
    """
    amount = price.amount.quantize(Decimal("0.01"), ROUND_HALF_UP)
    text = f"{amount:,.0f}" if amount == amount.to_integral_value() else f"{amount:,.2f}"
    symbol = SYMBOLS.get(price.currency)
    return f"{symbol}{text}" if symbol else f"{price.currency} {text}"


def number(value: float) -> str:
    """A number with separators and no superfluous zeros.

    >>> number(12345.0), number(0.25), number(6.7)
    ('12,345', '0.25', '6.7')
    """
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.4f}".rstrip("0").rstrip(".")


def date(time: datetime, locale: Locale) -> str:
    """A day.

    >>> date(datetime(2024, 3, 5), "en"), date(datetime(2024, 3, 5), "zh")
    ('Mar 5, 2024', '2024年3月5日')
    """
    if locale == "zh":
        return f"{time.year}年{time.month}月{time.day}日"
    return f"{_MONTHS[time.month - 1]} {time.day}, {time.year}"


def discount(price: Money | None, before: Money | None) -> int:
    """Percent taken off, 0 when there is none (or the currencies differ).

    >>> discount(Money(Decimal(80), "CNY"), Money(Decimal(100), "CNY"))
    20
    """
    if price is None or before is None or price.currency != before.currency or before.amount <= price.amount:
        return 0
    return int((1 - price.amount / before.amount) * 100)
