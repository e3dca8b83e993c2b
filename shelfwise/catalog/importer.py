"""From a feed into the store: batch by batch, resumable, with a report.

A batch's products and its checkpoint are committed together. Whoever is killed loses nothing that was acknowledged,
and the next import of the same content goes on at the row after the checkpoint.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TypeAlias

import orjson

from shelfwise.catalog import runs
from shelfwise.catalog.bad_rows import BadRows
from shelfwise.catalog.base import BadRow, FeedReader, Offer, Row
from shelfwise.catalog.feeds import open_reader
from shelfwise.catalog.feeds.opening import is_cut
from shelfwise.catalog.guessing import mapping_for
from shelfwise.catalog.mapping import FeedMapping
from shelfwise.catalog.report import SHOWN, ImportMode, ImportReport, Tally, report
from shelfwise.catalog.runs import Run
from shelfwise.catalog.store import SqlCatalogStore
from shelfwise.catalog.validate import Converter
from shelfwise.catalog.writer import Encoded, Writer, encoded, is_storable
from shelfwise.database.engine import disk_errors
from shelfwise.errors import FeedError, InputError, MassDeletionError

Progress: TypeAlias = Callable[[int, int | None], None]  # rows read so far; of how many, when that is known


@dataclass(slots=True)
class _Batch:
    """What the rows since the last checkpoint came to. Of the three lists only the mode's own is filled."""

    products: list[Encoded] = field(default_factory=list)
    offers: list[Offer] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)  # one a usable row, in order
    rows: list[int] = field(default_factory=list)  # the number of each of those rows
    kept: list[str] = field(default_factory=list)  # ids of refused rows: not gone from the feed
    bad: list[BadRow] = field(default_factory=list)
    read: int = 0
    last: int = 0
    cut: bool = False


def import_feed(
    store: SqlCatalogStore,
    path: Path,
    mapping: FeedMapping | None = None,
    mode: ImportMode = "upsert",
    *,
    currency: str = "CNY",
    reports: Path | None = None,
    max_vanish: float = 0.2,
    force: bool = False,
    resume: bool = True,
    batch: int = 2000,
    progress: Progress | None = None,
) -> ImportReport:
    """Bring a feed into the store.

    mode: "upsert" adds and replaces products, "patch" changes prices and stock of known ones, "delete" removes the
    ids of the feed, "replace" is an upsert after which products that the feed does not have are removed, at the end
    and in one step. A row that is refused does not remove its product.
    mapping: guessed from the columns when not given. currency: of prices that do not say theirs.
    reports: a folder for the report and the list of all refused rows.

    Raises FeedError when the feed as a whole cannot be read, or is empty in mode "replace"; MassDeletionError when
    "replace" would remove more than the share `max_vanish` of the products that were there (unless `force`): the
    feed's own rows are in then, and the same call with `force` only removes; StorageError, after which the same call
    goes on where this one stopped.
    """
    mapping = mapping or mapping_for(path, currency)
    _require(mapping, path, mode)
    format, reader = open_reader(path, mapping.format, delimiter=mapping.delimiter, encoding=mapping.encoding)
    converter = Converter(mapping, path.name, currency)
    with store.transaction() as writer:
        run = runs.begin(writer, str(path.resolve()), _fingerprint(path, mapping, currency), mode, resume)
    resumed_after = run.row
    bad_path = reports / f"import-{run.id:06}.bad.jsonl" if reports is not None else None
    with closing(BadRows(bad_path, path.name, run.tally.bad_bytes)) as bad_rows:
        _read(store, _Reading(reader, path, converter, mode, batch), run, bad_rows, progress)
    with store.transaction() as writer:
        if mode == "replace" and not run.tally.cut:
            _remove_vanished(writer, run, path, max_vanish, force)
        bad_file = str(bad_path) if bad_path is not None else None
        result = report(
            run.tally,
            run=run.id,
            feed=str(path),
            format=format,
            mode=mode,
            resumed_after=resumed_after,
            bad_file=bad_file,
        )
        runs.finish(writer, run, result)
    if reports is not None:
        with disk_errors(reports):
            reports.mkdir(exist_ok=True)
            file = reports / f"import-{run.id:06}.json"
            file.write_bytes(orjson.dumps(result.to_json(), option=orjson.OPT_INDENT_2))
    return result


def _require(mapping: FeedMapping, path: Path, mode: ImportMode) -> None:
    titles = [mapping.fields.title, *(table.title for table in mapping.translations.values())]
    missing = "id" if not mapping.fields.id else None if mode in ("patch", "delete") or any(titles) else "title"
    if missing:
        raise FeedError(
            f"{path}: no column is known to be the product's {missing}.",
            hint="`shelfwise import --guess` prints a mapping file to edit.",
        )


@dataclass(frozen=True, slots=True)
class _Reading:
    """How a feed is read."""

    reader: FeedReader
    path: Path
    converter: Converter
    mode: ImportMode
    batch: int


def _read(store: SqlCatalogStore, reading: _Reading, run: Run, bad_rows: BadRows, progress: Progress | None) -> None:
    batch = _Batch()
    for row in reading.reader.rows(reading.path, run.row):
        batch.read += 1
        if isinstance(row, BadRow):
            batch.bad.append(row)
            batch.last = max(batch.last, row.row)
            batch.cut = batch.cut or is_cut(row)
        else:
            batch.last = max(batch.last, row.number)
            _take(reading, row, batch)
        if batch.read >= reading.batch:
            _commit(store, reading.mode, run, batch, bad_rows)
            batch = _Batch()
            if progress is not None:
                progress(run.tally.read, None)
    if batch.read:
        _commit(store, reading.mode, run, batch, bad_rows)
        if progress is not None:
            progress(run.tally.read, None)


def _take(reading: _Reading, row: Row, batch: _Batch) -> None:
    """Put what a row says into the batch."""
    refuse = batch.bad.append
    if reading.mode == "patch":
        offer = reading.converter.offer(row, refuse)
        id = offer.id if offer else None
        if offer is not None:
            batch.offers.append(offer)
    elif reading.mode == "delete":
        id = reading.converter.id(row, refuse)
    else:
        product = _encode(reading, row, refuse)
        id = product.id if product else None
        if product is not None:
            batch.products.append(product)
        elif kept := reading.converter.id(row, _ignore):
            batch.kept.append(kept)
    if id is not None:
        batch.ids.append(id)
        batch.rows.append(row.number)


def _encode(reading: _Reading, row: Row, refuse: Callable[[BadRow], None]) -> Encoded | None:
    product = reading.converter.product(row, refuse)
    if product is None:
        return None
    try:
        return encoded(product)
    except InputError as error:
        refuse(BadRow(reading.path.name, row.number, "", error.message, "values that can be stored"))
        return None


def _ignore(bad: BadRow) -> None:
    """The row was refused already."""


def _commit(store: SqlCatalogStore, mode: ImportMode, run: Run, batch: _Batch, bad_rows: BadRows) -> None:
    """Write the batch and the checkpoint as one."""
    tally = run.tally
    with store.transaction() as writer:
        _note_duplicates(writer, run, batch)
        missing = set(_write(writer, mode, tally, batch))
        for id, number in zip(batch.ids, batch.rows, strict=True):
            if id in missing:
                batch.bad.append(BadRow(bad_rows.feed, number, "id", id, "the id of a product in the catalogue"))
        tally.read += batch.read
        tally.cut = tally.cut or batch.cut
        tally.refused += len(batch.bad)
        tally.bad += batch.bad[: SHOWN - len(tally.bad)]
        tally.bad_bytes = bad_rows.write(batch.bad)
        runs.checkpoint(writer, run, batch.last)


def _write(writer: Writer, mode: ImportMode, tally: Tally, batch: _Batch) -> tuple[str, ...]:
    """Do what the mode says; gives the ids that should be in the catalogue and are not."""
    if mode == "delete":
        deleted, missing = writer.delete(batch.ids)
        tally.deleted += deleted
        return missing
    written, missing = writer.patch(batch.offers) if mode == "patch" else (writer.upsert(batch.products), ())
    tally.added += written.added
    tally.changed += written.changed
    tally.unchanged += written.unchanged
    return missing


def _note_duplicates(writer: Writer, run: Run, batch: _Batch) -> None:
    unique = dict.fromkeys(batch.ids)
    again = runs.note_ids(writer, run, unique)
    run.tally.duplicates += len(batch.ids) - len(unique) + len(again)
    if again or len(unique) < len(batch.ids):
        within = [id for id, times in Counter(batch.ids).items() if times > 1]
        run.tally.repeated = list(dict.fromkeys([*run.tally.repeated, *within, *again]))[:SHOWN]
    runs.note_ids(writer, run, dict.fromkeys(id for id in batch.kept if is_storable(id)))


def _remove_vanished(writer: Writer, run: Run, path: Path, max_vanish: float, force: bool) -> None:
    tally = run.tally
    if tally.added + tally.changed + tally.unchanged == 0:
        raise FeedError(
            f"{path}: no usable row in {tally.read:,}; a replace expects at least one. Nothing was deleted."
        )
    gone = runs.count_vanished(writer, run)
    if gone > max_vanish * tally.before and not force:
        raise MassDeletionError(
            f"{path}: {gone:,} of {tally.before:,} products are not in the feed; "
            f"a replace may remove {max_vanish:.0%} of them. Nothing was deleted.",
            hint="Check the feed, or force the replace.",
        )
    for ids in runs.vanished(writer, run):
        tally.deleted += writer.delete(ids)[0]


def _fingerprint(path: Path, mapping: FeedMapping, currency: str) -> str:
    """Changes whenever the feed's content, or what would be made of it, does."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, partial(hashlib.blake2b, digest_size=16))
    digest.update(mapping.model_dump_json().encode() + currency.encode())
    return digest.hexdigest()
