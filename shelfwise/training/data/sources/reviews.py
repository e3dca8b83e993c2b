"""Examples out of reviews: what buyers say of a product, and the product."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from shelfwise.errors import InputError
from shelfwise.evaluation.table import Faults
from shelfwise.retrieval.document import encoder_text, plain
from shelfwise.training.data.examples import Example
from shelfwise.training.data.tables import read_rows
from shelfwise.types import Product

NEEDED = {
    "product": ("product", "product_id", "asin", "parent_asin", "item_id", "clothing_id", "id"),
    "text": ("text", "review_text", "review_body", "body", "review", "content"),
}
OPTIONAL = {"title": ("title", "review_title", "review_headline", "headline", "summary")}
SAID = 300  # characters of a review


@dataclass(frozen=True, slots=True)
class Said:
    """A review: the id of its product, its text and its headline, which may be ""."""

    product: str
    text: str
    title: str = ""


class Reviews:
    """Pairs of grade 1: the start of a review → the product's text, in the words of shoppers for what shops call else.

    Of a product that the catalogue lacks, or without a catalogue, the headline of a review → the review. Whether the
    review praises does not matter. The group is the product.

    Hazard: many reviews fit any product ("great, fast delivery"); they teach little, and may be false negatives of each
    other in a batch.
    """

    name = "reviews"

    def __init__(self, reviews: Iterable[Said], products: Mapping[str, Product] | None = None) -> None:
        self._reviews = reviews
        self._products = products or {}
        self._notes: tuple[str, ...] = ()

    def examples(self) -> Iterator[Example]:
        """In the order of the reviews. Raises InputError when none can be used."""
        made = silent = 0
        for review in self._reviews:
            product = self._products.get(review.product)
            text = plain(review.text, SAID)
            query, answer = (text, encoder_text(product)) if product else (plain(review.title, SAID), text)
            if query and answer:
                made += 1
                yield Example(query, (answer,), (1.0,), review.product, self.name)
            else:
                silent += 1
        if not made:
            raise InputError(f"Found no usable review in {silent:,}: none of a known product, none with a headline.")
        self._notes = (f"{silent:,} reviews are of no known product and have no headline.",) if silent else ()

    def notes(self) -> tuple[str, ...]:
        """How many reviews could not be used."""
        return self._notes


def read_reviews(path: Path) -> list[Said]:
    """The reviews of a file with the columns product and text, and title where there is one; empty ones are left out.

    Raises InputError that names the rows that cannot be read.
    """
    faults = Faults(path)
    rows = [cells for _, cells in read_rows(path, NEEDED, OPTIONAL, faults)]
    faults.raise_any()
    return [Said(row["product"], row["text"], row["title"]) for row in rows if row["product"] and row["text"]]
