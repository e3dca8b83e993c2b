"""Rows of a feed into products, by a mapping. A row that cannot be used is refused with the place and the reason.

What is mended silently: control characters go, space around a text goes, repeated list values go, a negative stock is
none, a list price equal to the price is none. A description over MAX_DESCRIPTION characters is cut there, because its
end seldom matters; any other text that is too long refuses the row, because a cut title or code would be another one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from shelfwise.catalog import values
from shelfwise.catalog.attributes import AttributeReader
from shelfwise.catalog.base import BadRow, Offer, Row
from shelfwise.catalog.getters import (
    MAX_ID,
    MAX_TEXT,
    MAX_TITLE,
    READERS,
    BadValue,
    Getter,
    Values,
    addresses,
    first,
    joined,
    translation,
)
from shelfwise.catalog.mapping import FeedMapping, Source
from shelfwise.catalog.values import Unusable
from shelfwise.types import Attribute, Money, Product, Rating, Translation, Variant

MAX_DESCRIPTION = 100_000
MAX_VARIANTS = 2_000

Refuse: TypeAlias = Callable[[BadRow], None]


class Converter:
    """Makes products (or offers, or ids) of one feed's rows. `currency` is that of prices which do not say it."""

    def __init__(self, mapping: FeedMapping, file: str, currency: str = "CNY") -> None:
        fields = mapping.fields
        self._file = file
        self._currency = mapping.currency or currency
        self._language = mapping.language
        self._variants = next((source.column for source in fields.variants), None)
        self._fields: dict[str, Getter] = {}
        for name, read in READERS.items():
            if sources := getattr(fields, name):
                self._fields[name] = first(sources, read)
        for name in ("price", "list_price"):
            if sources := getattr(fields, name):
                self._fields[name] = first(sources, self._money)
        for name, limit in (("images", MAX_TEXT), ("tags", MAX_TEXT), ("codes", MAX_TEXT)):
            if sources := getattr(fields, name):
                self._fields[name] = joined(sources, limit, None if name == "images" else ",")
        self._translations = {language: translation(table) for language, table in mapping.translations.items()}
        used = {*mapping.columns(), "variants"}
        named = {rule.pattern for rule in mapping.attributes}
        self._attributes = AttributeReader(mapping.attributes, used - named)
        self._offer = {name: self._fields[name] for name in _OFFER if name in self._fields}

    def product(self, row: Row, refuse: Refuse) -> Product | None:
        """The product of a row; None, and a call of `refuse`, when it cannot be used. A bad variant goes alone."""
        try:
            got = {name: get(row.values) for name, get in self._fields.items()}
            if not got.get("title"):
                got["title"] = self._title_elsewhere(row.values)
            self._require(got, "id", "title")
            attributes = self._attributes.read(row.values)
            variants = self._read_variants(row, refuse)
            translations = self._translate(row.values)
        except (BadValue, Unusable) as bad:
            refuse(self._bad_row(row.number, bad))
            return None
        return self._assemble(got, attributes, variants, translations)

    def offer(self, row: Row, refuse: Refuse) -> Offer | None:
        """The price and stock of a row."""
        try:
            got = {name: get(row.values) for name, get in self._offer.items()}
            self._require(got, "id")
        except (BadValue, Unusable) as bad:
            refuse(self._bad_row(row.number, bad))
            return None
        stock, available = got.get("stock"), got.get("available")
        if available is None and stock is not None:
            available = stock > 0
        return Offer(got["id"], got.get("price"), got.get("list_price"), available, stock)

    def id(self, row: Row, refuse: Refuse) -> str | None:
        """The id of a row."""
        try:
            got = {"id": self._fields["id"](row.values)}
            self._require(got, "id")
        except (BadValue, Unusable) as bad:
            refuse(self._bad_row(row.number, bad))
            return None
        return str(got["id"])

    # --- parts of a product ----------------------------------------------------------------------------------

    def _require(self, got: Mapping[str, Any], *names: str) -> None:
        for name in names:
            if not got.get(name):
                raise BadValue(name, Unusable("nothing", f"the product's {name}"))

    def _title_elsewhere(self, row: Values) -> str:
        for table in self._translations.values():
            if title := table["title"](row):
                return str(title)
        return ""

    def _translate(self, row: Values) -> dict[str, Translation]:
        out: dict[str, Translation] = {}
        for language, table in self._translations.items():
            if title := table["title"](row):
                rest = {name: get(row) for name, get in table.items() if name != "title"}
                out[language] = Translation(title, **{name: value for name, value in rest.items() if value})
        return out

    def _money(self, value: Any, source: Source, row: Values) -> Money:
        amount, mark = values.amount(value)
        if mark is None:
            named = row.get(source.currency_column) if source.currency_column else None
            mark = values.currency(str(named)) if named else values.currency(source.currency or self._currency)
        if source.scale is not None:
            amount *= values.scale(source.scale)
        return Money(amount, mark)

    def _read_variants(self, row: Row, refuse: Refuse) -> tuple[Variant, ...]:
        raw = row.values.get(self._variants) if self._variants else None
        if not raw:
            return ()
        if not isinstance(raw, list) or len(raw) > MAX_VARIANTS or not all(isinstance(item, dict) for item in raw):
            raise BadValue("variants", Unusable(raw, f"a list of at most {MAX_VARIANTS:,} variants"))
        out: list[Variant] = []
        for item in raw:
            try:
                out.append(self._variant(item))
            except (BadValue, Unusable) as bad:
                refuse(self._bad_row(int(item.get("number", row.number)), bad))
        if not out:
            raise BadValue("variants", Unusable(f"{len(raw)} variants, none usable", "a usable variant"))
        return tuple(out)

    def _variant(self, item: Values) -> Variant:
        get = item.get
        stock = values.count(get("stock")) if get("stock") not in (None, "") else None
        available = values.flag(get("available")) if get("available") not in (None, "") else stock is None or stock > 0
        price = self._money(get("price"), _NO_SOURCE, item) if get("price") not in (None, "") else None
        id = values.text(get("id"), MAX_ID)
        self._require({"variant id": id}, "variant id")
        return Variant(
            id=id,
            title=values.text(get("title"), MAX_TITLE),
            attributes=_ALL_ATTRIBUTES.read(get("attributes") or {}),
            price=price,
            available=available,
            stock=stock,
            images=addresses(values.texts(get("images") or (), MAX_TEXT, None)),
            codes=values.texts(get("codes") or (), MAX_TEXT, None),
        )

    def _assemble(
        self,
        got: dict[str, Any],
        attributes: dict[str, Attribute],
        variants: tuple[Variant, ...],
        translations: dict[str, Translation],
    ) -> Product:
        stock, available, price = got.get("stock"), got.get("available"), got.get("price")
        if variants:
            stocks = [variant.stock for variant in variants if variant.stock is not None]
            stock = sum(stocks) if stocks else stock
            available = available is not False and any(variant.available for variant in variants)
            prices = [variant.price for variant in variants if variant.price is not None]
            price = min(prices, key=_amount, default=price)
        elif available is None:
            available = stock is None or stock > 0
        average, count = got.pop("rating", None), got.pop("rating_count", None)
        got["description"] = got.get("description", "")[:MAX_DESCRIPTION]
        got["brand"] = got.get("brand") or None
        got["language"] = got.get("language") or self._language or _language(got["title"])
        if got.get("list_price") == price:
            got["list_price"] = None
        got |= {"stock": stock, "available": available, "price": price}
        rating = Rating(average, count if count is not None else 1) if average and count != 0 else None
        return Product(**got, rating=rating, attributes=attributes, variants=variants, translations=translations)

    def _bad_row(self, number: int, bad: BadValue | Unusable) -> BadRow:
        column, reason = (bad.column, bad.reason) if isinstance(bad, BadValue) else ("", bad)
        return BadRow(self._file, number, column, reason.found, reason.expected)


_OFFER = ("id", "price", "list_price", "available", "stock")
_NO_SOURCE = Source(constant="")
_ALL_ATTRIBUTES = AttributeReader.of_everything()


def _amount(money: Money) -> Any:
    return money.amount


def _language(title: str) -> str | None:
    if values.is_chinese(title):
        return "zh"
    return "en" if any("a" <= character <= "z" for character in title.lower()) else None
