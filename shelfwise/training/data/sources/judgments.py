"""Examples out of judged queries: a query and the products that people graded for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from shelfwise.errors import InputError
from shelfwise.evaluation.qrels import read_qrels
from shelfwise.retrieval.document import encoder_text
from shelfwise.training.data.examples import Example
from shelfwise.types import Product

SHOWN = 5  # ids named in a note


class Judgments:
    """A file of query, docid, rating beside the catalogue that has the products.

    A rating r becomes the grade max(r, 0) / R, where R is the highest rating of the file: of 0 to 3, the grades 0, 1/3,
    2/3, 1. A product's text is the one that its vector is made of. The group is the query.

    Hazard: what nobody judged is not in an example; it may fit all the same.
    """

    name = "judgments"

    def __init__(self, path: Path, products: Mapping[str, Product]) -> None:
        self._path = path
        self._products = products
        self._notes: tuple[str, ...] = ()

    def examples(self) -> Iterator[Example]:
        """One a query. Raises InputError: the file is at fault, or the catalogue has none of its products."""
        qrels = read_qrels(self._path)
        missing = sorted({id for grades in qrels.values() for id in grades if id not in self._products})
        self._notes = self._note(missing)
        known = {query: {id: r for id, r in grades.items() if id in self._products} for query, grades in qrels.items()}
        if not any(known.values()):
            raise InputError(f"{self._path}: the catalogue has none of the {len(missing):,} products, as {missing[0]}.")
        highest = max((rating for grades in qrels.values() for rating in grades.values() if rating > 0), default=1)
        for query, grades in known.items():
            if grades:
                texts = tuple(encoder_text(self._products[id]) for id in grades)
                yield Example(query, texts, tuple(max(r, 0) / highest for r in grades.values()), query, self.name)

    def notes(self) -> tuple[str, ...]:
        """Which products the catalogue lacks."""
        return self._notes

    def _note(self, missing: list[str]) -> tuple[str, ...]:
        if not missing:
            return ()
        more = f" and {len(missing) - SHOWN:,} more" if len(missing) > SHOWN else ""
        shown = ", ".join(missing[:SHOWN]) + more
        return (f"{self._path.name}: {len(missing):,} judged products are not in the catalogue: {shown}.",)


def read_judged(judgments: Path, products: Mapping[str, Product]) -> list[Example]:
    """The examples of `Judgments`; judged products that the catalogue lacks are left out."""
    return list(Judgments(judgments, products).examples())
