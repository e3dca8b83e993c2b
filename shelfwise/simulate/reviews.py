"""What buyers wrote: sentences on the aspects that matter for a kind, good ones or bad ones as the rating says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from functools import cache
from random import Random
from typing import Any

from shelfwise.simulate.examples import example_data
from shelfwise.simulate.pictures import kind_of
from shelfwise.simulate.products import REFERENCE, demo_products
from shelfwise.simulate.specs import Pair, load
from shelfwise.simulate.words import EN, LANGUAGES, ZH
from shelfwise.types import Product, Review

GOOD_BAD = {5: (2, 0), 4: (2, 0), 3: (1, 1), 2: (0, 2), 1: (0, 2)}  # sentences by rating


@cache
def review_data() -> Mapping[str, Any]:
    """Sentences by aspect, and how reviews begin and end."""
    return load("reviews")


def demo_reviews(seed: int = 7, count: int = 3200, reference: datetime = REFERENCE) -> Iterator[Review]:
    """The reviews of `demo_products` with the same arguments, in the order of the products."""
    for product in demo_products(seed, count, reference):
        if product.rating is not None:
            yield from _reviews(product, reference, Random(f"{seed}/reviews/{product.id}"))


def _reviews(product: Product, reference: datetime, rng: Random) -> Iterator[Review]:
    rating = product.rating
    if rating is None:
        return
    written = example_data().get(product.id, {}).get("reviews") or min(rating.count, rng.choice((0, 1, 2, 2, 3, 4, 6)))
    for number in range(1, written + 1):
        usual = min(5, max(1, round(rng.gauss(rating.average + 0.2, 0.8))))
        stars = rng.choice((1, 1, 2)) if rng.random() < 0.07 else usual  # some always get a bad one
        language = ZH if rng.random() < 0.66 else EN
        yield Review(
            id=f"{product.id}-r{number}",
            product=product.id,
            rating=stars,
            text=_text(kind_of(product).aspects, stars, language, rng),
            language=LANGUAGES[language],
            author=_author(rng),
            time=_time(product, reference, rng),
        )


def _text(aspects: tuple[str, ...], stars: int, language: int, rng: Random) -> str:
    data = review_data()
    good, bad = GOOD_BAD[stars]
    chosen = rng.sample(aspects, good + bad)
    said: list[Pair] = [rng.choice(data["frames"][str(stars)])] if rng.random() < 0.7 else []
    said += [rng.choice(data["aspect"][aspect]["good"]) for aspect in chosen[:good]]
    complaints = [rng.choice(data["aspect"][aspect]["bad"]) for aspect in chosen[good:]]
    turn: Pair = rng.choice(data["ends"]["turn"]) if good and bad else ("", "")
    end: Pair = rng.choice(data["ends"]["good" if stars > 3 else "bad"]) if stars != 3 else ("", "")
    sentences = [pair[language] for pair in said]
    sentences += [_after(turn[language], pair[language], language) for pair in complaints]
    return ("" if language == ZH else " ").join(part for part in (*sentences, end[language]) if part)


def _after(turn: str, sentence: str, language: int) -> str:
    """The sentence after a turn of phrase: "But" takes the capital from what follows, except from "I"."""
    if not turn or language == ZH or (sentence.startswith(("I ", "My ")) and turn.endswith(": ")):
        return turn + sentence
    return turn + (sentence if sentence.startswith("I ") else sentence[0].lower() + sentence[1:])


def _author(rng: Random) -> str:
    """A name as shops show it: most of it hidden."""
    return f"{rng.choice('abcdefghjklmnpqrstuvwxyz')}***{rng.randrange(10)}"


def _time(product: Product, reference: datetime, rng: Random) -> datetime:
    first = product.released or reference
    span = max(1, int((reference - first).total_seconds() // 60))
    return first + timedelta(minutes=rng.randrange(span))
