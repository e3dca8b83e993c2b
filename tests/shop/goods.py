"""A small shop in which every question has an answer that can be worked out by hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal

from shelfwise.types import Attribute, Money, Product, Rating, Translation

COLOURS = {"black": "黑色", "white": "白色", "red": "红色", "blue": "蓝色"}
PHONES = ("Phones", "Smartphones")
CASES = ("Phones", "Phone Cases")
LAPTOPS = ("Computers", "Laptops")
HEADPHONES = ("Audio", "Headphones")
LINES = (  # category, names, brands, lowest price, step from one to the next
    (PHONES, ("mobile phone", "手机"), ("Apple 苹果", "Samsung 三星", "Huawei 华为", "Xiaomi 小米"), 499, 300),
    (CASES, ("phone case", "手机壳"), ("Baseus 倍思", "Spigen"), 19, 10),
    (LAPTOPS, ("laptop", "笔记本电脑"), ("HP 惠普", "Dell 戴尔", "Lenovo 联想"), 2999, 500),
    (HEADPHONES, ("headphones", "耳机"), ("Sony 索尼", "Bose"), 99, 100),
)
CHINESE = {PHONES: ("手机", "智能手机"), CASES: ("手机", "手机壳"), LAPTOPS: ("电脑", "笔记本电脑"),
           HEADPHONES: ("音频", "耳机")}  # fmt: skip
EACH = 12


def goods() -> tuple[Product, ...]:
    """Twelve of each line: brands and colours take turns, prices rise."""
    return tuple(_goods())


def _goods() -> Iterator[Product]:
    for category, (name, chinese), brands, lowest, step in LINES:
        for number in range(EACH):
            brand = brands[number % len(brands)]
            latin, _, han = brand.partition(" ")
            colour = list(COLOURS)[number // len(brands) % len(COLOURS)]
            yield Product(
                f"{name.replace(' ', '-')}-{number}",
                f"{latin} {colour} {name} model{number}",
                f"A {colour} {name} by {latin}.",
                brand,
                category,
                {"color": Attribute(colour)},
                Money(Decimal(lowest + step * number), "CNY"),
                rating=Rating(3 + number % 5 * 0.5, 100),
                language="en",
                translations={
                    "zh": Translation(
                        f"{han or latin} {COLOURS[colour]} {chinese} model{number}", "", CHINESE[category]
                    )
                },
                released=datetime(2020 + number % 6, 1, 1, tzinfo=UTC),
            )
