import numpy as np

from shelfwise.language.cross_encoders.fake import FakeCrossEncoder
from shelfwise.language.encoders.fake import FakeEncoder
from shelfwise.training.searching import EncoderSearch, Reranked, pair_scores
from shelfwise.types import Product

PRODUCTS = [
    Product("1", "red running shoes"),
    Product("2", "blue hat"),
    Product("3", "red hat"),
    Product("4", "green scarf"),
]


def test_the_nearest_by_brute_force():
    encoder = FakeEncoder()
    search = EncoderSearch(encoder, PRODUCTS)
    scores = encoder.encode(search.texts, "product") @ encoder.encode(["red hat"], "query")[0]
    expected = [search.ids[row] for row in np.argsort(-scores, kind="stable")]
    assert search.search("red hat", 4) == expected
    assert search.search("red hat", 2) == expected[:2]
    assert search.among("red hat", ["4", "3", "unknown"]) == [id for id in expected if id in ("3", "4")]


def test_a_cross_encoder_orders_what_the_encoder_found():
    first = EncoderSearch(FakeEncoder(), PRODUCTS)
    search = Reranked(FakeCrossEncoder(), first, depth=2)
    found = search.search("red hat", 4)
    assert sorted(found[:2]) == sorted(first.search("red hat", 2))
    assert found[2:] == first.search("red hat", 4)[2:]
    assert search.among("red hat", ["2", "3", "9"]) == ["3", "2"]


def test_scores_of_pairs():
    (scores,) = pair_scores(FakeCrossEncoder())([("red hat", ["blue hat", "red hat"])])
    assert scores.tolist() == [0.5, 1.0]


def test_no_products():
    assert EncoderSearch(FakeEncoder(), []).search("x", 3) == []
