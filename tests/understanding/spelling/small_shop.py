"""A small bilingual catalogue as the spelling tests have it."""

from __future__ import annotations

from collections import Counter

from shelfwise.language.analyzer import BilingualAnalyzer
from shelfwise.retrieval.document import CODE_FIELDS, GRAM_FIELDS, WORD_FIELDS, Documents
from shelfwise.types import Product
from shelfwise.understanding.spelling.vocabulary import VocabularyBuilder

GROUPS = {"words": WORD_FIELDS, "grams": GRAM_FIELDS, "codes": CODE_FIELDS}
ANALYZER = BilingualAnalyzer()
TITLES = {
    "Wireless gaming keyboard": 30,
    "Wireless gaming mouse": 30,
    "USB stick 64 GB": 20,
    "Apple iPhone 7 phone case": 30,
    "Phone charger home": 10,
    "Brother TN-2110 toner": 10,
    "Laptop computer": 40,
    "Controller": 60,
    "controler": 1,
    "Stock photo": 20,
    "蓝牙耳机 无线": 30,
    "洗衣机 全自动": 30,
    "手机壳": 20,
    "智能手机": 40,
    "笔记本电脑": 40,
    "乒乓球拍": 20,
    "空气净化器": 20,
    "连衣裙 女": 20,
    "荷花 灯": 20,
}


class Shop:
    """Everything that the speller knows of a small catalogue."""

    def __init__(self, titles: dict[str, int], past_queries: tuple[tuple[str, int], ...] = ()) -> None:
        documents = Documents(ANALYZER)
        self.builder = VocabularyBuilder(past_queries)
        self.counts: Counter[tuple[str, str]] = Counter()
        for number, title in enumerate(title for title, times in titles.items() for _ in range(times)):
            product = Product(f"p{number}", title)
            indexed = documents(product)
            self.builder.add(product, indexed)
            for group, fields in GROUPS.items():
                self.counts.update({(group, token) for field in fields for token in indexed.text[field]})

    def frequency(self, group: str, token: str) -> int:
        return self.counts[group, token]
