"""The log as Parquet files, a folder a day: `day=2026-01-31/part-000000000001.parquet`, for analysis elsewhere.

An export goes on where the last one stopped. Hazard: files are copies. Who erases a shopper from the log must make
the export anew; an anonymous one holds no shopper.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from typing import Any, Final

import orjson

from shelfwise.behaviour.base import Logged
from shelfwise.behaviour.exporting import anonymised
from shelfwise.behaviour.formats.fields import properties_of
from shelfwise.database.engine import disk_errors
from shelfwise.errors import InputError
from shelfwise.storage import flush, replace_file
from shelfwise.types import Event

STATE: Final = "export.json"
_FIELDS: Final = (
    *("id", "kind", "shopper", "product", "query_id", "position", "value", "quantity", "text"),
    *("placement", "device", "consent"),
)


@dataclass(frozen=True, slots=True)
class ParquetReport:
    """What an export added: events and files; `cursor` is where the next one goes on."""

    folder: str
    written: int
    files: int
    cursor: int

    def __str__(self) -> str:
        """The report for people."""
        return f"{self.folder}: {self.written:,} events added in {self.files:,} files"


def cursor_of(folder: Path, *, anonymous: bool = False) -> int:
    """Where an export into this folder goes on: the number of the last event that it has, 0 for a new one.

    Raises InputError when the folder holds an export of the other kind, anonymous or not.
    """
    file = folder / STATE
    if not file.is_file():
        return 0
    state = orjson.loads(file.read_bytes())
    if state["anonymous"] != anonymous:
        kind = "an anonymous export" if state["anonymous"] else "an export with shoppers"
        raise InputError(f"{folder}: found {kind}; expected one of the same kind.", hint="Choose another folder.")
    return int(state["cursor"])


def export_parquet(batches: Iterable[Sequence[Logged]], folder: Path, *, anonymous: bool = False) -> ParquetReport:
    """Write batches of a log, read from `cursor_of(folder)` on. Raises StorageError when the disk refuses.

    Each batch is in its files before the cursor moves past it; after a crash its files are written again.
    """
    cursor, written, files = cursor_of(folder, anonymous=anonymous), 0, 0
    with disk_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        for batch in batches:
            if not batch:
                continue
            for day, part in _by_day(batch).items():
                _write(folder / f"day={day}" / f"part-{part[0].number:012}.parquet", part, anonymous)
                files += 1
            written += len(batch)
            cursor = batch[-1].number
            replace_file(folder / STATE, orjson.dumps({"cursor": cursor, "anonymous": anonymous}))
    return ParquetReport(str(folder), written, files, cursor)


def read_parquet(folder: Path) -> Iterator[Event]:
    """The events of an export, day by day, in the order in which they came in."""
    import pyarrow.parquet

    for file in sorted(folder.glob("day=*/part-*.parquet")):
        with pyarrow.parquet.ParquetFile(file) as parts:
            for batch in parts.iter_batches():
                for row in batch.to_pylist():
                    yield _event(row)


def _by_day(batch: Sequence[Logged]) -> dict[str, list[Logged]]:
    days: dict[str, list[Logged]] = {}
    for logged in batch:
        days.setdefault(logged.event.time.astimezone(UTC).date().isoformat(), []).append(logged)
    return days


def _write(path: Path, part: Sequence[Logged], anonymous: bool) -> None:
    import pyarrow
    import pyarrow.parquet

    rows = [_row(logged, anonymised(logged.event) if anonymous else logged.event) for logged in part]
    path.parent.mkdir(exist_ok=True)
    new = path.with_suffix(".new")
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows, schema=_schema()), new, compression="zstd")
    flush(new)
    new.replace(path)


def _row(logged: Logged, event: Event) -> dict[str, Any]:
    row = {field: getattr(event, field) for field in _FIELDS}
    properties = orjson.dumps(dict(event.properties)).decode() if event.properties else None
    odd = sorted(logged.marks)
    more = {"time": event.time, "slate": list(event.slate), "properties": properties, "marks": odd}
    return {**row, **more, "number": logged.number, "received": logged.received}


def _event(row: dict[str, Any]) -> Event:
    fields = {field: row[field] for field in _FIELDS}
    properties = properties_of(orjson.loads(row["properties"])) if row["properties"] else {}
    return Event(**fields, time=row["time"], slate=tuple(row["slate"] or ()), properties=properties)


def _schema() -> Any:
    import pyarrow

    text, time = pyarrow.string(), pyarrow.timestamp("us", tz="UTC")
    types = {"position": pyarrow.int32(), "value": pyarrow.float64(), "quantity": pyarrow.int32()}
    fields = [("number", pyarrow.int64()), ("time", time), ("received", time)]
    fields += [(field, types.get(field, text)) for field in _FIELDS]
    fields += [("slate", pyarrow.list_(text)), ("properties", text), ("marks", pyarrow.list_(text))]
    return pyarrow.schema(fields)
