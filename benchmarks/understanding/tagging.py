"""How well taggers find spans: python -m benchmarks.understanding.tagging --train FILE --test FILE [--seed 0].

FILE is in BIO form (shelfwise/understanding/tagging/bio.py). For each method: F1 over all of the test file and over the
texts of it that the training file does not have, F1 of each kind, and seconds of training.

With --feed FILE [--mapping NAME] instead: how far the labels reach that a catalogue gives itself (tagging/weak.py). A
tagger learns from the titles of half the products, without those of 30% of the brands, and is measured on titles of
the other half: of brands that it knows, of those held out, and of the latter with the brand moved from the beginning to
the end, so that its place no longer says what it is.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Final

from shelfwise.catalog.base import Row
from shelfwise.catalog.feeds import open_reader
from shelfwise.catalog.mapping import preset
from shelfwise.catalog.validate import Converter
from shelfwise.types import Product
from shelfwise.understanding.tagging.base import Span, Tagged
from shelfwise.understanding.tagging.crf import CrfTagger
from shelfwise.understanding.tagging.encoder import can_train
from shelfwise.understanding.tagging.scores import score
from shelfwise.understanding.tagging.training import Method, evaluate_tagging
from shelfwise.understanding.tagging.weak import weak_labels

TITLES: Final = 2500  # that are learned from
MEASURED: Final = 1500
HELD_OUT: Final = 0.3  # of the brands


def labelled(train: Path, test: Path, seed: int) -> None:
    """Prints a table of the methods."""
    print("method   all    unseen  precision recall  seconds  kinds")
    methods: list[Method] = ["crf", "encoder"] if can_train() else ["crf"]
    for method in methods:
        found = evaluate_tagging(train, test, seed=seed, method=method)
        kinds = " ".join(f"{kind} {scores['f1']:.3f}" for kind, scores in found["types"].items())
        figures = f"{found['f1']:.4f} {found['unseen']['f1']:.4f}  {found['precision']:.4f}    {found['recall']:.4f}"
        print(f"{method:8} {figures}  {found['seconds']:7.1f}  {kinds}", flush=True)


def weak(feed: Path, mapping: str, seed: int) -> None:
    """Prints how a tagger of a catalogue's own labels does on brands that it knows and on others."""
    products = [product for product in _products(feed, mapping) if product.brand]
    order = Random(seed)
    brands = sorted({product.brand or "" for product in products})
    held = set(order.sample(brands, int(HELD_OUT * len(brands))))
    order.shuffle(products)
    half = len(products) // 2
    learnt = [product for product in products[:half] if product.brand not in held][:TITLES]
    tagger = CrfTagger.fit(list(weak_labels(learnt)), seed=seed)
    known = list(weak_labels([one for one in products[half:] if one.brand not in held][:MEASURED]))
    new = list(weak_labels([one for one in products[half:] if one.brand in held][:MEASURED]))
    print("titles of             all    brand  product model")
    for name, texts in (("known brands", known), ("brands held out", new), ("the same, moved", [*map(moved, new)])):
        scores = score([text.spans for text in texts], [tagger.tag(text.text) for text in texts])
        print(f"{name:20}  " + "  ".join(f"{scores[kind]['f1']:.3f}" for kind in ("", "brand", "product", "model")))


def _products(feed: Path, mapping: str) -> Iterator[Product]:
    converter = Converter(preset(mapping), feed.name)
    _, reader = open_reader(feed)
    for row in reader.rows(feed, 0):
        product = converter.product(row, lambda bad: None) if isinstance(row, Row) else None
        if product is not None:
            yield product


def moved(title: Tagged) -> Tagged:
    """The title with the brand that it begins with at its end."""
    first = title.spans[0] if title.spans else Span(0, 0, "")
    if first.kind != "brand" or first.start:
        return title
    rest = title.text[first.end :].lstrip()
    shift = len(title.text) - len(rest)
    spans = [Span(one.start - shift, one.end - shift, one.kind) for one in title.spans[1:]]
    return Tagged(
        f"{rest} {title.text[: first.end]}", (*spans, Span(len(rest) + 1, len(rest) + 1 + first.end, "brand"))
    )


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.understanding.tagging")
    parser.add_argument("--train", type=Path)
    parser.add_argument("--test", type=Path)
    parser.add_argument("--feed", type=Path)
    parser.add_argument("--mapping", default="icecat")
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args(arguments)
    if chosen.feed is not None:
        weak(chosen.feed, chosen.mapping, chosen.seed)
    elif chosen.train is not None and chosen.test is not None:
        labelled(chosen.train, chosen.test, chosen.seed)
    else:
        parser.error("expected --train and --test, or --feed")


if __name__ == "__main__":
    main()
