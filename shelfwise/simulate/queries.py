"""What shoppers of the demo shop asked for in the past, for suggestions."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from shelfwise.simulate.judgments import asks
from shelfwise.simulate.specs import brands, kinds, values


def demo_queries(seed: int = 7) -> Iterator[tuple[str, int]]:
    """Past queries and how often each was asked, most frequent first: the r-th about 9000 / r times (Zipf's law)."""
    rng = Random(f"{seed}/queries")
    weights: dict[str, float] = {}
    for text, weight in _texts(rng):
        weights.setdefault(text, weight)
    order = sorted(weights, key=lambda text: _length(text) / weights[text] * rng.uniform(0.7, 1.5))
    for rank, text in enumerate(order, 1):
        yield text, max(1, round(9000 / rank))


def _length(text: str) -> int:
    """Letters; a Chinese character says as much as three of them."""
    return sum(1 if character.isascii() else 3 for character in text)


def _texts(rng: Random) -> Iterator[tuple[str, float]]:
    """Texts, each with the weight of what it asks for: short queries for common things are the frequent ones."""
    for ask in asks():
        weight = kinds()[ask["kinds"][0]].weight if "kinds" in ask else 3.0
        yield from ((text, weight) for text in ask["texts"])
    for kind in kinds().values():
        makers = [brand for brand in brands().values() if kind.makes in brand.makes]
        colors = [str(color) for color in kind.facts["color"].values] if "color" in kind.facts else []
        for zh, en in kind.nouns:
            if "{" in zh + en:
                continue
            maker = rng.choice(makers)
            found = [zh, en, f"{maker.zh}{zh}", f"{maker.en.lower()} {en}"]
            if colors:
                color = rng.choice(colors)
                found += [f"{values()['color'][color]}{zh}", f"{color} {en}"]
            yield from ((text, kind.weight) for text in found)
