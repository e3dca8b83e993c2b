"""What products look like over HTTP. Fields that have their default may be left out, both ways."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

import orjson
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, JsonValue, PlainSerializer, Strict, WithJsonSchema

from shelfwise.catalog.base import Offer
from shelfwise.catalog.codec import decode
from shelfwise.types import Money, Product

BATCH = 1_000  # products in one request


def _not_flag(value: object) -> object:
    if isinstance(value, bool):
        raise ValueError("expected an amount")
    return value


def _number_only(value: object) -> object:
    """JSON's own numbers: 5 and 5.0, but neither "5" nor true."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("expected a whole number")
    return value


def text_only(value: object) -> object:
    """Times are ISO 8601 texts: a bare number could be seconds or milliseconds. Raises ValueError."""
    if not isinstance(value, str):
        raise ValueError("expected a text in ISO 8601")
    return value


# Tab and line ends are the only control characters that can be stored and shown.
Text = Annotated[str, Field(pattern=r"^[^\x00-\x08\x0b\x0c\x0e-\x1f]*$")]
Id = Annotated[
    str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x20\x7f]+$", description="No spaces.", examples=["p-1"])
]
Amount = Annotated[
    Decimal,
    Field(ge=0, le=9_999_999_999, decimal_places=4, allow_inf_nan=False),
    BeforeValidator(_not_flag),
    PlainSerializer(str),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "number", "minimum": 0, "maximum": 9_999_999_999, "multipleOf": 0.0001},
                {"type": "string", "pattern": r"^[0-9]{1,9}(\.[0-9]{1,4})?$"},
            ],
            "examples": ["5999.00"],
        }
    ),
]
Yes = Annotated[bool, Strict()]
JsonNumber = BeforeValidator(_number_only)
Count = Annotated[int, Field(ge=0, le=2**53), JsonNumber]
Time = Annotated[datetime, BeforeValidator(text_only)]
Key = Annotated[Text, Field(min_length=1, max_length=100)]
# pydantic writes a pattern of keys as patternProperties alone, which lets other keys pass.
KEYS_ONLY: dict[str, JsonValue] = {"additionalProperties": False}
Short = Annotated[Text, Field(max_length=1_000)]
Number = Annotated[float, Strict(), Field(allow_inf_nan=False)]


class Wire(BaseModel):
    """Base of everything on the wire: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid")


class MoneyWire(Wire):
    """An amount in the currency's main unit, as a decimal text."""

    amount: Amount
    currency: str = Field(pattern=r"^[A-Z]{3}$", description="ISO 4217", examples=["CNY"])

    def money(self) -> Money:
        """As the shop knows it."""
        return Money(self.amount, self.currency)


class Measure(Wire):
    """A value with its unit."""

    value: Yes | Number | Short | list[Short]
    unit: Annotated[Text, Field(max_length=30)] = Field(examples=["GB"])


AttributeWire = Yes | Number | Short | Annotated[list[Short], Field(max_length=100)] | Measure


class RatingWire(Wire):
    """Mean of the ratings from 1 to 5, and how many there are."""

    average: Number = Field(ge=0, le=5, examples=[4.6])
    count: Count = Field(examples=[182])


class VariantWire(Wire):
    """One buyable form of a product; what is left out is as in the product."""

    id: Id
    title: Short = ""
    attributes: dict[Key, AttributeWire] = Field(default={}, max_length=100, json_schema_extra=KEYS_ONLY)
    price: MoneyWire | None = None
    available: Yes = True
    stock: Count | None = None
    images: list[Short] = Field(default=[], max_length=50)
    codes: list[Short] = Field(default=[], max_length=20)


class TranslationWire(Wire):
    """A product's texts in another language."""

    title: Short
    description: Text = Field(default="", max_length=100_000)
    category: list[Short] = Field(default=[], max_length=16)
    attributes: dict[Key, Short] = Field(default={}, max_length=500, json_schema_extra=KEYS_ONLY)


class ProductWire(Wire):
    """A product."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "phone-1",
                    "title": "Nova X5 smartphone",
                    "brand": "Nova",
                    "category": ["Electronics", "Phones"],
                    "attributes": {"color": "black", "storage": {"value": 128, "unit": "GB"}},
                    "price": {"amount": "5999.00", "currency": "CNY"},
                    "language": "en",
                    "translations": {"zh": {"title": "Nova X5 智能手机"}},
                }
            ]
        }
    )

    id: Id
    title: Text = Field(min_length=1, max_length=2_000)
    description: Text = Field(default="", max_length=100_000)
    brand: Short | None = None
    category: list[Short] = Field(default=[], max_length=16, description="The path from the root.")
    attributes: dict[Key, AttributeWire] = Field(default={}, max_length=500, json_schema_extra=KEYS_ONLY)
    price: MoneyWire | None = None
    list_price: MoneyWire | None = None
    available: Yes = True
    stock: Count | None = None
    images: list[Short] = Field(default=[], max_length=50)
    url: Short = ""
    rating: RatingWire | None = None
    language: str | None = Field(default=None, pattern=r"^[a-z]{2,3}(-[A-Za-z]+)?$")
    tags: list[Short] = Field(default=[], max_length=100)
    codes: list[Short] = Field(default=[], max_length=20, description="EAN, SKU, MPN …")
    variants: list[VariantWire] = Field(default=[], max_length=200)
    translations: dict[str, TranslationWire] = Field(default={}, max_length=10)
    released: Time | None = None
    updated: Time | None = None

    def product(self) -> Product:
        """As the shop knows it."""
        return decode(orjson.dumps(self.model_dump(mode="json", exclude_unset=True)))


class ProductsIn(Wire):
    """Products to add or replace."""

    products: list[ProductWire] = Field(min_length=1, max_length=BATCH)


class OfferWire(Wire):
    """The fast-moving part of a product; what is left out stays as it is."""

    id: Id
    price: MoneyWire | None = None
    list_price: MoneyWire | None = None
    available: Yes | None = None
    stock: Count | None = None

    def offer(self) -> Offer:
        """As the catalogue knows it."""
        price = self.price.money() if self.price else None
        before = self.list_price.money() if self.list_price else None
        return Offer(self.id, price, before, self.available, self.stock)


class OffersIn(Wire):
    """Prices and stock to change."""

    offers: list[OfferWire] = Field(min_length=1, max_length=BATCH)


class Written(Wire):
    """How many products were added, replaced or deleted."""

    count: int = Field(ge=0)


class Patched(Wire):
    """How many offers were taken, and the ids that the shop does not have."""

    count: int = Field(ge=0)
    not_found: list[str]


class ReviewWire(Wire):
    """What a buyer wrote."""

    id: str
    product: str
    rating: int
    text: str
    language: str
    author: str
    time: datetime | None


class ReviewsOut(Wire):
    """Reviews of a product, newest first."""

    reviews: list[ReviewWire]


class ErrorBody(Wire):
    """What went wrong, where, and what to do."""

    code: str = Field(examples=["invalid"])
    message: str = Field(examples=["limit: expected at most 100."])
    field: str | None = Field(examples=["limit"])
    hint: str


class ErrorOut(Wire):
    """Every answer with a status of 400 or more."""

    error: ErrorBody


def errors(*codes: int) -> dict[int | str, dict[str, Any]]:
    """OpenAPI entries for error statuses."""
    return {code: {"model": ErrorOut} for code in codes}
