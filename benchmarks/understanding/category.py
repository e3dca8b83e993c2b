"""How often the guessed category is right: python -m benchmarks.understanding.category --shop DIR.

The demo shop's own queries, each with the category that most of its good products are in; guessed by words alone and
by words and meaning. Accuracy of the first guess and of the first three, and how true the probabilities are (expected
calibration error over ten bins).
"""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path

import numpy as np

from shelfwise.shop import Shop
from shelfwise.simulate import demo_judgments, demo_products
from shelfwise.types import Query
from shelfwise.understanding.category.step import CategoryStep


def main(arguments: list[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser("python -m benchmarks.understanding.category", description=__doc__)
    parser.add_argument("--shop", type=Path, required=True, help="an indexed demo shop")
    parser.add_argument("--seed", type=int, default=7, help="of the demo shop")
    options = parser.parse_args(arguments)
    asked = truth(options.seed)
    print("| read | language | queries | right first | among three | calibration error |\n|---|---|---|---|---|---|")
    with Shop.open(options.shop) as shop:
        step = next(s for s in shop.searcher().understander.steps if isinstance(s, CategoryStep))
        for name, blind in (("words", True), ("words and meaning", False)):
            for language in ("en", "zh"):
                rows = []
                for text in (t for t in asked if t.isascii() == (language == "en")):
                    u = shop.understand(Query(text))
                    rows.append(([*(step(u.but(vector=None)) if blind else u).category], asked[text]))
                print(line(name, language, rows))
    return 0


def truth(seed: int) -> dict[str, tuple[str, ...]]:
    """Query → the category that most of its best products are in, where that is most of them."""
    products = list(demo_products(seed=seed))
    category = {product.id: product.category for product in products}
    found = {}
    for judged in demo_judgments(products):
        best = max(judged.grades.values(), default=0)
        counts = Counter(category[id] for id, grade in judged.grades.items() if grade == best > 0)
        if counts and counts.most_common(1)[0][1] > 0.8 * counts.total():
            found[judged.query] = counts.most_common(1)[0][0]
    return found


def line(name: str, language: str, rows: list[tuple[list[object], tuple[str, ...]]]) -> str:
    """A row of the table."""
    first = np.array([bool(g) and g[0].path == want for g, want in rows])  # type: ignore[attr-defined]
    three = np.array([any(one.path == want for one in g) for g, want in rows])  # type: ignore[attr-defined]
    sure = np.array([g[0].confidence if g else 0.0 for g, _ in rows])  # type: ignore[attr-defined]
    bins = np.minimum((10 * sure).astype(int), 9)
    error = sum(abs(first[bins == b].mean() - sure[bins == b].mean()) * (bins == b).mean() for b in set(bins.tolist()))
    return f"| {name} | {language} | {len(rows)} | {first.mean():.3f} | {three.mean():.3f} | {error:.3f} |"


if __name__ == "__main__":
    raise SystemExit(main())
