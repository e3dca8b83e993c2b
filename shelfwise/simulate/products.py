"""From a family to the products of the demo shop."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random

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
    Accessories name devices of the same catalogue. Raises ValueError when `count` cannot hold every kind.
    """
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
            yield _with_codes(product, number)
        for family in families(kind, devices.get(kind.fits or "", ()), reference, rng):
            if made >= shares[kind.key]:
                break
            known.append(family.as_device())
            for place in range(min(len(family.siblings), shares[kind.key] - made)):
                made += 1
                number += 1
                yield _product(family, place, f"{kind.key.replace('_', '-')}-{made:04d}", number, rng)
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
        raise ValueError(f"count is {count}; the demo shop has {len(kinds())} kinds and needs two products of each")
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


def _product(family: Family, place: int, id: str, number: int, rng: Random) -> Product:
    kind = family.kind
    facts = complete(kind, {**family.facts, kind.siblings: family.siblings[place]})
    mark = mark_for(kind, rng)
    texts = write_texts(family, facts, place, mark, rng)
    price = _price(family, facts, mark)
    variants = _variants(family, facts, id, number, mark, rng)
    stock = sum(variant.stock or 0 for variant in variants) if variants else _stock(rng)
    main, other = (EN, ZH) if family.english else (ZH, EN)
    rating = _rating(family, rng)
    list_price = _list_price(price, rng)
    return Product(
        id=id,
        title=texts.titles[main],
        description=texts.descriptions[main],
        brand=f"{family.brand.en} {family.brand.zh}",
        category=kind.path,
        attributes=_attributes(family, facts, mark, bool(variants)),
        price=price,
        list_price=list_price,
        available=stock > 0,
        stock=stock,
        images=(f"pictures/{id}.svg",),
        rating=rating,
        language=LANGUAGES[main],
        tags=_tags(family, rating, list_price is not None, mark, stock),
        codes=(family.model + ("", "B", "C", "D")[place], ean13(number * 10)),
        variants=variants,
        translations={LANGUAGES[other]: _translation(kind, texts, facts, other)},
        released=family.released,
        updated=family.released + timedelta(days=rng.randrange(1, 3), minutes=rng.randrange(1440)),
    )


def _price(family: Family, facts: Mapping[str, FactValue], mark: Mark | None) -> Money:
    amount = family.price * (mark.factor if mark else 1)
    for key, factors in family.kind.scale.items():
        amount *= factors[family.kind.facts[key].values.index(facts[key])]
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


def _attributes(family: Family, facts: Mapping[str, FactValue], mark: Mark | None, sized: bool) -> dict[str, Attribute]:
    kind = family.kind
    found = {
        key: Attribute(_typed(value), None if isinstance(value, str | bool) else unit_of(key))
        for key, value in facts.items()
        if not (sized and key in ON_VARIANTS_ONLY)
    }
    if family.device is not None:
        found["compatible"] = Attribute(family.device.name[EN])
    found["features"] = Attribute(tuple(point.words[EN] for point in family.points))
    if mark is not None:
        found[mark.key] = Attribute(mark.value)
    elif kind.title in ("tech", "appliance"):
        found["condition"] = Attribute("new")
    return found


def _typed(value: FactValue) -> FactValue:
    return value if isinstance(value, str | bool) else float(value)


def _variants(
    family: Family, facts: Mapping[str, FactValue], id: str, number: int, mark: Mark | None, rng: Random
) -> tuple[Variant, ...]:
    key = family.kind.variants
    if key is None:
        return ()
    possible = family.kind.facts[key].values
    chosen = {facts[key], *rng.sample(possible, rng.randrange(2, min(len(possible), 4) + 1))}
    return tuple(
        Variant(
            id=f"{id}-{place + 1}",
            title=" / ".join(dict.fromkeys(value_words(key, value))),
            attributes={key: Attribute(_typed(value), None if isinstance(value, str) else unit_of(key))},
            price=_price(family, complete(family.kind, {**facts, key: value}), mark),
            stock=(stock := _stock(rng)),
            available=stock > 0,
            codes=(ean13(number * 10 + place + 1),),
        )
        for place, value in enumerate(value for value in possible if value in chosen)
    )


def _tags(family: Family, rating: Rating | None, reduced: bool, mark: Mark | None, stock: int) -> tuple[str, ...]:
    tags = []
    if family.released > REFERENCE - timedelta(days=85):
        tags.append("new arrival")
    if rating is not None and rating.count > 300:
        tags.append("best seller")
    if reduced:
        tags.append("on sale")
    if mark is not None:
        tags.append("refurbished" if mark.key == "condition" else "bundle")
    if mark is not None and mark.value == "gift set":
        tags.append("gift idea")
    if reduced and 0 < stock < 6:
        tags.append("clearance")
    return tuple(tags)


def _translation(kind: Kind, texts: Texts, facts: Mapping[str, FactValue], language: int) -> Translation:
    return Translation(
        title=texts.titles[language],
        description=texts.descriptions[language],
        category=category_words(kind.path) if language == ZH else kind.path,
        attributes={key: value_words(key, value)[language] for key, value in facts.items()},
    )
