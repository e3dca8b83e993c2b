"""The catalogue of a shop, as users see it."""

from __future__ import annotations

from pathlib import Path

from shelfwise.catalog.importer import Progress, import_feed
from shelfwise.catalog.mapping import PRESETS, FeedMapping, preset, read_mapping
from shelfwise.catalog.quality import quality_report
from shelfwise.catalog.quality_findings import QualityReport
from shelfwise.catalog.report import ImportMode, ImportReport
from shelfwise.catalog.store import SqlCatalogStore

REPORTS = "reports"


class Catalog:
    """A store, and the shop's folder where reports go.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder, SqlCatalogStore.open(f"{folder}/shop.db") as store:
    ...     _ = Path(folder, "feed.csv").write_text("sku,name,price\\na1,Red boots,59.90\\na2,,1\\n")
    ...     print(Catalog(store, Path(folder)).load(Path(folder, "feed.csv")).refused, store.count())
    1 1
    """

    def __init__(self, store: SqlCatalogStore, folder: Path, currency: str = "CNY") -> None:
        self.store = store
        self.folder = folder
        self.currency = currency

    def load(
        self,
        path: str | Path,
        mapping: FeedMapping | str | Path | None = None,
        mode: ImportMode = "upsert",
        *,
        max_vanish: float = 0.2,
        force: bool = False,
        resume: bool = True,
        progress: Progress | None = None,
    ) -> ImportReport:
        """Bring a feed in; see `importer.import_feed`. `mapping` may be a file, or the name of a ready one."""
        return import_feed(
            self.store,
            Path(path),
            mapping if isinstance(mapping, FeedMapping | None) else _named(mapping),
            mode,
            currency=self.currency,
            reports=self.folder / REPORTS,
            max_vanish=max_vanish,
            force=force,
            resume=resume,
            progress=progress,
        )

    def quality(self) -> QualityReport:
        """What is wrong with the products; see `quality.py`."""
        return quality_report(self.store)


def _named(mapping: str | Path) -> FeedMapping:
    return preset(str(mapping)) if str(mapping) in PRESETS else read_mapping(Path(mapping))
