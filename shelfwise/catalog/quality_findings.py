"""What a quality report says, and its tables."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from shelfwise.catalog.near_duplicates import NearDuplicate

EXAMPLES = 100  # of each finding; the counts are of all


@dataclass(frozen=True, slots=True)
class SharedTitle:
    """Products with one title."""

    title: str
    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PriceOutlier:
    """A price unlike its category's. `score` is its distance from `median` in robust deviations of ln p."""

    id: str
    category: str
    price: float
    currency: str
    median: float
    score: float


@dataclass(frozen=True, slots=True)
class Coverage:
    """Of the `products` of a category, `share` have the attribute."""

    category: str
    attribute: str
    products: int
    share: float


@dataclass(frozen=True, slots=True)
class CodeConflict:
    """One code on several products that differ in `what`: "brand" or "price"."""

    code: str
    what: str
    ids: tuple[str, ...]
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AttributeConflict:
    """An attribute of several types or units: how many products have each."""

    attribute: str
    what: str
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class QualityReport:
    """Counts are of all findings, lists hold the first EXAMPLES (the worst first where they have an order)."""

    products: int
    missing: Mapping[str, int]
    languages: Mapping[str, int]
    shared_titles: int
    shared_title_examples: tuple[SharedTitle, ...]
    near_duplicates: int
    near_duplicate_examples: tuple[NearDuplicate, ...]
    price_outliers: int
    price_outlier_examples: tuple[PriceOutlier, ...]
    coverage: tuple[Coverage, ...]
    code_conflicts: int
    code_conflict_examples: tuple[CodeConflict, ...]
    attribute_conflicts: tuple[AttributeConflict, ...]

    def tables(self) -> tuple[ReportTable, ...]:
        """The report for people; findings that there are none of are left out."""
        return tuple(table for table in (summary(self), *finding_tables(self)) if table.rows)

    def to_json(self) -> dict[str, Any]:
        """The report as JSON values."""
        return dataclasses.asdict(self)


@dataclass(frozen=True, slots=True)
class ReportTable:
    """A table to print; the columns named in `numbers` hold numbers."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: tuple[str, ...] = ()


def summary(report: QualityReport) -> ReportTable:
    """How many findings of each kind."""
    counts = {
        "titles that several products share": report.shared_titles,
        "near-duplicate pairs": report.near_duplicates,
        "price outliers": report.price_outliers,
        "codes with different brands or prices": report.code_conflicts,
        "attributes of several types or units": len(report.attribute_conflicts),
    }
    counts |= {f"products without {name}": count for name, count in report.missing.items()}
    counts |= {f"products in language {name}": count for name, count in report.languages.items()}
    rows = (("products", f"{report.products:,}"), *((name, f"{count:,}") for name, count in counts.items() if count))
    return ReportTable("Catalogue", ("what", "how many"), rows, ("how many",))


def finding_tables(report: QualityReport) -> Iterator[ReportTable]:
    """A table for each kind of finding, the worst first."""
    yield ReportTable(
        "Shared titles",
        ("title", "products"),
        tuple((group.title, " ".join(group.ids)) for group in report.shared_title_examples),
    )
    yield ReportTable(
        "Near-duplicates",
        ("similarity", "one", "other", "title of one", "title of other"),
        tuple((f"{pair.similarity:.2f}", *pair.ids, *pair.titles) for pair in report.near_duplicate_examples),
        ("similarity",),
    )
    yield ReportTable(
        "Unusual prices",
        ("product", "category", "price", "median", "currency", "deviations"),
        tuple(
            (row.id, row.category, f"{row.price:.2f}", f"{row.median:.2f}", row.currency, f"{row.score:.1f}")
            for row in report.price_outlier_examples
        ),
        ("price", "median", "deviations"),
    )
    yield ReportTable(
        "Codes that disagree",
        ("code", "in", "values", "products"),
        tuple((row.code, row.what, ", ".join(row.values), " ".join(row.ids)) for row in report.code_conflict_examples),
    )
    yield ReportTable(
        "Attributes that disagree",
        ("attribute", "in", "products"),
        tuple(
            (row.attribute, row.what, ", ".join(f"{name} {count:,}" for name, count in row.counts.items()))
            for row in report.attribute_conflicts
        ),
    )
    yield ReportTable(
        "Attributes by category",
        ("category", "attribute", "products", "have it"),
        tuple(
            (row.category, row.attribute, f"{row.products:,}", f"{row.share:.0%}")
            for row in report.coverage
            if row.category
        ),
        ("products", "have it"),
    )
