"""Apache Parquet."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from shelfwise.catalog.base import BadRow, Row
from shelfwise.catalog.feeds.jsonl import flat
from shelfwise.errors import FeedError

ROWS_AT_ONCE = 1024


class ParquetReader:
    """Reads Parquet batch by batch; rows are numbered from 1. Structs become columns named "outer.inner"."""

    def rows(self, path: Path, start: int = 0) -> Iterator[Row | BadRow]:
        """The rows after row `start`. Raises FeedError when it is not a Parquet file; a cut one has no readable row."""
        number = 0
        with _open(path) as file:
            batches = file.iter_batches(batch_size=ROWS_AT_ONCE)
            while True:
                try:
                    batch = next(batches, None)
                except (OSError, ValueError) as error:
                    yield BadRow(path.name, number + 1, "", f"the file is cut off or damaged here: {error}", "Parquet")
                    return
                if batch is None:
                    return
                if number + len(batch) <= start:
                    number += len(batch)
                    continue
                for values in batch.to_pylist():
                    number += 1
                    if number > start:
                        yield Row(number, flat(values))

    def columns(self, path: Path) -> tuple[str, ...]:
        """The columns of the schema."""
        with _open(path) as file:
            return tuple(column.path.removesuffix(".list.element") for column in file.schema)


def _open(path: Path) -> Any:
    import pyarrow
    import pyarrow.parquet

    try:
        return pyarrow.parquet.ParquetFile(path)
    except (OSError, pyarrow.ArrowException) as error:
        raise FeedError(f"{path}: not a readable Parquet file: {error}.") from error
