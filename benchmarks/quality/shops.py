"""A shop of each judged catalogue, kept between runs so that only new texts are encoded."""

from __future__ import annotations

from pathlib import Path

from rich.progress import Progress

from shelfwise.shop import Shop

CATALOGUES = {"icecat": "icecat", "titles_zh": None}  # folder of the data → name of its mapping, if it has one


def opened(folder: Path, data: Path, name: str, index: bool = True) -> Shop:
    """The shop of a catalogue with an index of this version of the code, or as it was left."""
    new = not folder.exists()
    shop = Shop.create(folder) if new else Shop.open(folder)
    if not (new or index):
        return shop
    with Progress() as bars:
        if new:
            shop.catalog.load(data / name / "products.jsonl.gz", CATALOGUES[name])
        bar = bars.add_task(f"Indexing {name}", total=None)
        shop.index(progress=lambda done, total: bars.update(bar, completed=done, total=total))
    return shop
