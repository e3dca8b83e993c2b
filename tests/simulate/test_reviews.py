from __future__ import annotations

from collections import Counter

from shelfwise.simulate.products import REFERENCE, demo_products
from shelfwise.simulate.reviews import demo_reviews, review_data
from shelfwise.types import Review

REVIEWS = tuple(demo_reviews())
SENTENCES = [
    (pair, kind) for aspect in review_data()["aspect"].values() for kind in ("good", "bad") for pair in aspect[kind]
]


def tone(review: Review) -> tuple[int, int]:
    """How many good and bad sentences it has; what follows "But" begins with a small letter."""
    place = 0 if review.language == "zh" else 1
    text = review.text.casefold()
    count = Counter(kind for pair, kind in SENTENCES if pair[place].casefold() in text)
    return count["good"], count["bad"]


def test_many_reviews_in_both_languages_of_known_products() -> None:
    languages = Counter(review.language for review in REVIEWS)
    assert languages["zh"] > languages["en"] > 1000
    ids = {product.id for product in demo_products()}
    assert {review.product for review in REVIEWS} <= ids
    assert len({review.product for review in REVIEWS}) > 0.6 * len(ids)
    assert len({review.id for review in REVIEWS}) == len(REVIEWS)
    assert all(review.time is not None and review.time < REFERENCE for review in REVIEWS)


def test_what_is_said_agrees_with_the_rating() -> None:
    for review in REVIEWS[::3]:
        good, bad = tone(review)
        if review.rating >= 4:
            assert good >= 1 and bad == 0, review.text
        elif review.rating == 3:
            assert good >= 1 and bad >= 1, review.text
        else:
            assert good == 0 and bad >= 1, review.text


def test_all_ratings_occur() -> None:
    counts = Counter(review.rating for review in REVIEWS)
    assert set(counts) == {1, 2, 3, 4, 5}
    assert counts[5] > counts[3]


def test_the_air_conditioner_of_the_example_has_many_reviews_on_its_aspects() -> None:
    texts = "".join(review.text for review in REVIEWS if review.product == "hanchuan-stillwind-35")
    assert sum(review.product == "hanchuan-stillwind-35" for review in REVIEWS) == 80
    assert "制冷" in texts and "安装" in texts and "电" in texts and "quiet" in texts.lower()


def test_the_same_seed_gives_the_same_reviews() -> None:
    assert tuple(demo_reviews(3, 200)) == tuple(demo_reviews(3, 200)) != tuple(demo_reviews(4, 200))
