"""From a family to the products of the demo shop."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random

from shelfwise.errors import InputError
from shelfwise.simulate.examples import examples
from shelfwise.simulate.families import Device, Family, complete, families
from shelfwise.simulate.specs import FactValue, Kind, kinds
from shelfwise.simulate.texts import Mark, Texts, mark_for, write_texts
from shelfwise.simulate.words import EN, LANGUAGES, ZH, category_words, unit_of, value_words
from shelfwise.types import Attribute, Money, Product, Rating, Translation, Variant

REFERENCE = datetime(2026, 11, 1, tzinfo=UTC)
ON_VARIANTS_ONLY = ("size", "shoe_size")  # a product has no one size


def demo_products(seed: int = 7, count: int = 3200, reference: datetime = REFERENCE) -> Iterator[Product]:
    """The demo shop's products, the same for the same arguments everywhere.

    `reference` is the day on which the shop is looked at: "new" products were released shortly before.
    Accessories name devices of the same catalogue. Raises InputError when `count` cannot hold every kind.
    """
    for product, _ in _catalogue(seed, count, reference):
        yield product


def demo_devices(seed: int, count: int, reference: datetime) -> dict[str, str]:
    """What accessories of `demo_products` are made for: English name → Chinese name."""
    devices = (device for _, device in _catalogue(seed, count, reference) if device is not None)
    return {device.name[EN]: device.name[ZH] for device in devices}


def _catalogue(seed: int, count: int, reference: datetime) -> Iterator[tuple[Product, Device | None]]:
    """Products, each with the device that it is made for."""
    shares = _shares(count)
    devices: dict[str, tuple[Device, ...]] = {}
    number = 0
    for kind in kinds().values():
        rng = Random(f"{seed}/{kind.key}")
        known: list[Device] = []
        made = 0
        for product, device in _examples(kind.key, reference):
            known.extend(device)
            made += 1
            number += 1
            yield _with_codes(product, number), None
        for family in families(kind, devices.get(kind.fits or "", ()), reference, rng):
            if made >= shares[kind.key]:
                break
            known.append(family.as_device())
            for place in range(min(len(family.siblings), shares[kind.key] - made)):
                made += 1
                number += 1
                yield _product(_item(family, place, number, made, rng), reference, rng), family.device
        devices[kind.key] = tuple(known)


def ean13(number: int) -> str:
    """An EAN-13 for use inside shops (prefix 20): 12 digits and a check digit that makes 3 and 1 times them end in 0.

    >>> ean13(1)
    '2000000000015'
    """
    digits = f"20{number:010d}"
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits))
    return f"{digits}{-total % 10}"


def _shares(count: int) -> dict[str, int]:
    """How many products of each kind; the sum is `count`."""
    whole = sum(kind.weight for kind in kinds().values())
    if count < 2 * len(kinds()):
        raise InputError(f"count is {count}; the demo shop has {len(kinds())} kinds and needs two products of each")
    shares = {kind.key: max(2, int(count * kind.weight / whole)) for kind in kinds().values()}
    for key in sorted(shares, key=lambda key: -shares[key]) * 2:
        missing = count - sum(shares.values())
        shares[key] += (missing > 0) - (missing < 0)
    return shares


def _examples(kind: str, reference: datetime) -> Iterator[tuple[Product, tuple[Device, ...]]]:
    for product, name in examples(kind, reference):
        yield product, (Device(name, {}),)


def _with_codes(product: Product, number: int) -> Product:
    return replace(product, codes=(*product.codes, ean13(number * 10)))


@dataclass(frozen=True, slots=True)
class Item:
    """One product to be of a family. `number` counts through the catalogue, and makes its EAN.

    offered: values of the fact in which its variants differ; the product's own is the cheapest of them.
    """

    family: Family
    facts: Mapping[str, FactValue]
    offered: tuple[FactValue, ...]
    mark: Mark | None
    id: str
    number: int
    place: int


def _item(family: Family, place: int, number: int, made: int, rng: Random) -> Item:
    kind = family.kind
    facts = complete(kind, {**family.facts, kind.siblings: family.siblings[place]})
    offered = _offered(kind, facts, rng)
    if kind.variants and offered:
        factors = kind.scale.get(kind.variants, (1.0,) * len(kind.facts[kind.variants].values))
        cheapest = min(offered, key=lambda value: factors[kind.facts[kind.variants or ""].values.index(value)])
        facts = complete(kind, {**facts, kind.variants: cheapest})
    return Item(family, facts, offered, mark_for(kind, rng), f"{kind.key.replace('_', '-')}-{made:04d}", number, place)


def _offered(kind: Kind, facts: Mapping[str, FactValue], rng: Random) -> tuple[FactValue, ...]:
    if kind.variants is None:
        return ()
    possible = kind.facts[kind.variants].values
    chosen = {facts[kind.variants], *rng.sample(possible, rng.randrange(2, min(len(possible), 4) + 1))}
    return tuple(value for value in possible if value in chosen)


def _product(item: Item, reference: datetime, rng: Random) -> Product:
    family = item.family
    texts = write_texts(family, item.facts, item.place, item.mark, rng)
    price = _price(item, item.facts)
    variants = _variants(item, rng)
    stock = sum(variant.stock or 0 for variant in variants) if variants else _stock(rng)
    main, other = (EN, ZH) if family.english else (ZH, EN)
    rating = _rating(family, rng)
    list_price = _list_price(price, rng)
    return Product(
        id=item.id,
        title=texts.titles[main],
        description=texts.descriptions[main],
        brand=f"{family.brand.en} {family.brand.zh}",
        category=family.kind.path,
        attributes=_attributes(item),
        price=price,
        list_price=list_price,
        available=stock > 0,
        stock=stock,
        images=(f"pictures/{item.id}.svg",),
        rating=rating,
        language=LANGUAGES[main],
        tags=(*_news(family, rating, reference), *_offers(item, list_price, stock)),
        codes=(family.model + ("", "B", "C", "D")[item.place], ean13(item.number * 10)),
        variants=variants,
        translations={LANGUAGES[other]: _translation(item, texts, other)},
        released=family.released,
        updated=family.released + timedelta(days=rng.randrange(1, 3), minutes=rng.randrange(1440)),
    )


def _price(item: Item, facts: Mapping[str, FactValue]) -> Money:
    amount = item.family.price * (item.mark.factor if item.mark else 1)
    for key, factors in item.family.kind.scale.items():
        amount *= factors[item.family.kind.facts[key].values.index(facts[key])]
    return Money(_shop_price(amount), "CNY")


def _shop_price(amount: float) -> Decimal:
    """Prices as shops like them: 19.90, 149, 2699.

    >>> str(_shop_price(19.3)), str(_shop_price(151)), str(_shop_price(2711))
    ('19.90', '149', '2699')
    """
    if amount < 60:
        return Decimal(max(4, int(amount))) + Decimal("0.90")
    step = 10 if amount < 1000 else 100
    return Decimal(max(round(amount / step), 1) * step - 1)


def _list_price(price: Money, rng: Random) -> Money | None:
    if rng.random() > 0.38:
        return None
    listed = _shop_price(float(price.amount) / rng.choice((0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9)))
    return Money(listed, price.currency) if listed > price.amount else None


def _stock(rng: Random) -> int:
    return 0 if rng.random() < 0.06 else int(rng.expovariate(1 / 120)) + 1


def _rating(family: Family, rng: Random) -> Rating | None:
    if rng.random() < 0.16:
        return None
    average = min(5.0, max(1.6, rng.gauss(family.quality, 0.15)))
    return Rating(round(average, 1), int(rng.lognormvariate(3.6, 1.5)) + 1)


def _attributes(item: Item) -> dict[str, Attribute]:
    kind = item.family.kind
    found = {
        key: Attribute(_typed(value), None if isinstance(value, str | bool) else unit_of(key))
        for key, value in item.facts.items()
        if kind.variants != key or key not in ON_VARIANTS_ONLY
    }
    if item.family.device is not None:
        found["compatible"] = Attribute(item.family.device.name[EN])
    found["features"] = Attribute(tuple(point.words[EN] for point in item.family.points))
    if item.mark is not None:
        found[item.mark.key] = Attribute(item.mark.value)
    elif kind.title in ("tech", "appliance"):
        found["condition"] = Attribute("new")
    return found


def _typed(value: FactValue) -> FactValue:
    return value if isinstance(value, str | bool) else float(value)


def _variants(item: Item, rng: Random) -> tuple[Variant, ...]:
    key = item.family.kind.variants
    return tuple(_variant(item, key, value, place, rng) for place, value in enumerate(item.offered)) if key else ()


def _variant(item: Item, key: str, value: FactValue, place: int, rng: Random) -> Variant:
    stock = _stock(rng)
    return Variant(
        id=f"{item.id}-{place + 1}",
        title=" / ".join(dict.fromkeys(value_words(key, value))),
        attributes={key: Attribute(_typed(value))},
        price=_price(item, complete(item.family.kind, {**item.facts, key: value})),
        available=stock > 0,
        stock=stock,
        codes=(ean13(item.number * 10 + place + 1),),
    )


def _news(family: Family, rating: Rating | None, reference: datetime) -> Iterator[str]:
    if family.released > reference - timedelta(days=85):
        yield "new arrival"
    if rating is not None and rating.count > 300:
        yield "best seller"


def _offers(item: Item, list_price: Money | None, stock: int) -> Iterator[str]:
    if list_price is not None:
        yield "on sale"
        if 0 < stock < 6:
            yield "clearance"
    if item.mark is not None:
        yield "refurbished" if item.mark.key == "condition" else "bundle"
        if item.mark.value == "gift set":
            yield "gift idea"


def _translation(item: Item, texts: Texts, language: int) -> Translation:
    path = item.family.kind.path
    return Translation(
        title=texts.titles[language],
        description=texts.descriptions[language],
        category=category_words(path) if language == ZH else path,
    )
