"""What the demo shop's attributes, values and categories are called in Chinese and English: its `labels.toml`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime

from shelfwise.simulate.products import REFERENCE, demo_devices
from shelfwise.simulate.specs import kinds, values
from shelfwise.simulate.words import EN, LANGUAGES, ZH, attribute_names


def demo_labels(seed: int = 7, count: int = 3200, reference: datetime = REFERENCE) -> str:
    """The text of labels.toml for the shop of `demo_products` with the same arguments."""
    lines: list[str] = []
    for language in (ZH, EN):
        names = {key: attribute_names(key)[language] for key in values()["attribute"]}
        lines += _section(LANGUAGES[language], "attributes", names)
        found = dict(_values(language))
        if language == ZH:
            found |= {f"compatible={en}": zh for en, zh in demo_devices(seed, count, reference).items()}
        lines += _section(LANGUAGES[language], "values", found)
    lines += _section("zh", "categories", values()["category"])
    return "\n".join(lines)


def _section(language: str, name: str, labels: Mapping[str, str]) -> list[str]:
    pairs = [f"{_quoted(key)} = {_quoted(label)}" for key, label in labels.items()]
    return [f"[{language}.{name}]", *pairs, ""]


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _values(language: int) -> Iterator[tuple[str, str]]:
    """Every text value and yes/no that a product can have, and its label."""
    for key, words in values().items():
        if key in values()["attribute"] or key == "tags":
            for en, zh in words.items():
                yield f"{key}={en}", zh if language == ZH else en[:1].upper() + en[1:]
    for kind in kinds().values():
        for point in kind.points:
            yield f"features={point.words[EN]}", point.words[language]
