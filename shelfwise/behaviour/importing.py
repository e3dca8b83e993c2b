"""From a file of events into the log: batch by batch, resumable, with a report.

The log takes an id once, so a batch that was written just before a crash is only counted as repeated. Whoever is
killed loses nothing that was acknowledged, and the next import of the same content goes on after the checkpoint.
"""

from __future__ import annotations

import dataclasses
import hashlib
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final, TypeAlias

import orjson

from shelfwise.behaviour.base import Receipt
from shelfwise.behaviour.formats.base import Entry, EventFormat
from shelfwise.behaviour.report import EventReport, Tally, report
from shelfwise.catalog.bad_rows import BadRows
from shelfwise.catalog.report import SHOWN
from shelfwise.database.engine import disk_errors
from shelfwise.errors import BusyError, InputError
from shelfwise.storage import replace_file
from shelfwise.types import Event

Append: TypeAlias = Callable[[Sequence[Event]], Receipt]
Merge: TypeAlias = Callable[[str, str], int]  # visitor, customer → events that became the customer's
Progress: TypeAlias = Callable[[int, int | None], None]

BATCH: Final = 5_000  # events
ROWS: Final = 20_000  # at most between two checkpoints
TRIES: Final = 60  # to write a batch while the log is busy


@dataclass(slots=True)
class _Run:
    """One import: its number, how far it is, and where that is kept."""

    id: int
    fingerprint: str
    row: int
    tally: Tally
    folder: Path | None

    @property
    def checkpoint(self) -> Path | None:
        return self.folder / f"events-{self.id:06}.checkpoint" if self.folder is not None else None

    def save(self) -> None:
        """Keep how far it is; a crash leaves the old or the new state."""
        if self.checkpoint is None:
            return
        state = {"fingerprint": self.fingerprint, "row": self.row, "tally": dataclasses.asdict(self.tally)}
        replace_file(self.checkpoint, orjson.dumps(state))


def import_events(
    append: Append,
    path: Path,
    format: EventFormat,
    *,
    options: str = "",
    reports: Path | None = None,
    resume: bool = True,
    merge: Merge | None = None,
    batch: int = BATCH,
    progress: Progress | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> EventReport:
    """Bring a file's events into a log.

    append: the log's. options: whatever else decides what the rows come to (the mapping's text): another import then.
    reports: a folder for the checkpoint, the report and the list of all refused rows.
    merge: the log's, where rows that name a visitor and a customer should make the visitor's events the customer's.
    Hazard: a browser that several people share; a visitor whom one batch names with two customers is left alone.

    Raises FeedError when the file as a whole cannot be read; StorageError or BusyError (the log stayed busy), after
    which the same call goes on where this one stopped.
    """
    run = _begin(path, f"{format.name} {options}", reports, resume)
    resumed_after = run.row
    bad_path = reports / f"events-{run.id:06}.bad.jsonl" if reports is not None else None
    with closing(BadRows(bad_path, path.name, run.tally.bad_bytes)) as bad_rows:
        for entries in _batches(format.read(path, run.row), batch):
            _take(append, entries, run, bad_rows, sleep)
            if merge is not None:
                run.tally.merged += _merged(entries, merge)
            run.save()
            if progress is not None:
                progress(run.tally.read, None)
    return _finish(run, path, format.name, resumed_after, bad_path)


def _batches(entries: Iterable[Entry], size: int) -> Iterator[list[Entry]]:
    """Entries in batches; those of one row are in one batch, so that a checkpoint lies between rows."""
    batch: list[Entry] = []
    events = 0
    for entry in entries:
        if batch and entry.number != batch[-1].number and (events >= size or len(batch) >= ROWS):
            yield batch
            batch, events = [], 0
        batch.append(entry)
        events += len(entry.events)
    if batch:
        yield batch


def _take(append: Append, entries: list[Entry], run: _Run, bad_rows: BadRows, sleep: Callable[[float], None]) -> None:
    events = [event for entry in entries for event in entry.events]
    receipts = _append(append, events, sleep) if events else None
    tally = run.tally
    for entry in entries:
        tally.take(entry)
    if receipts is not None:
        tally.receive(receipts)
    bad = [row for entry in entries for row in entry.bad]
    tally.bad += bad[: SHOWN - len(tally.bad)]
    tally.bad_bytes = bad_rows.write(bad)
    run.row = entries[-1].number


def _merged(entries: list[Entry], merge: Merge) -> int:
    """Merge the visitors of a batch whose customer is sure; how many events became a customer's."""
    customers: dict[str, set[str]] = {}
    for entry in entries:
        if entry.person is not None:
            customers.setdefault(entry.person[0], set()).add(entry.person[1])
    done = 0
    for visitor, names in sorted(customers.items()):
        if len(names) == 1:
            with suppress(InputError):  # the visitor is another customer's already
                done += merge(visitor, next(iter(names)))
    return done


def _append(append: Append, events: list[Event], sleep: Callable[[float], None]) -> Receipt:
    """Append, and wait while the log is busy with shoppers."""
    for _ in range(TRIES):
        try:
            return append(events)
        except BusyError as error:
            sleep(error.seconds)
    return append(events)


def _begin(path: Path, options: str, reports: Path | None, resume: bool) -> _Run:
    """The interrupted import of the same content, or a new one."""
    if reports is None:
        return _Run(0, "", 0, Tally(), None)
    fingerprint = _fingerprint(path, options)
    with disk_errors(reports):
        reports.mkdir(exist_ok=True)
        taken = [int(file.name[7:13]) for file in reports.glob("events-[0-9][0-9][0-9][0-9][0-9][0-9].*")]
        for checkpoint in reports.glob("events-*.checkpoint"):
            state = orjson.loads(checkpoint.read_bytes())
            if state["fingerprint"] == fingerprint and resume:
                tally = Tally.from_json(state["tally"])
                return _Run(int(checkpoint.name[7:13]), fingerprint, state["row"], tally, reports)
    run = _Run(max(taken, default=0) + 1, fingerprint, 0, Tally(), reports)
    run.save()
    return run


def _finish(run: _Run, path: Path, format: str, resumed_after: int, bad_path: Path | None) -> EventReport:
    bad_file = str(bad_path) if bad_path is not None else None
    told = report(run.tally, run=run.id, file=str(path), format=format, resumed_after=resumed_after, bad_file=bad_file)
    if run.folder is not None and run.checkpoint is not None:
        file = run.folder / f"events-{run.id:06}.json"
        replace_file(file, orjson.dumps(told.to_json(), option=orjson.OPT_INDENT_2))
        run.checkpoint.unlink(missing_ok=True)
    return told


def _fingerprint(path: Path, options: str) -> str:
    """Changes whenever the file's content, or what would be made of it, does."""
    with disk_errors(path), path.open("rb") as file:
        digest = hashlib.file_digest(file, partial(hashlib.blake2b, digest_size=16))
    digest.update(options.encode())
    return digest.hexdigest()
