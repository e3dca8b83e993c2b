"""A database of a shop: SQLite in a file, or PostgreSQL by URL. Opened, brought up to date, errors made readable."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event, exc
from sqlalchemy.engine import URL

from shelfwise.database.tables import Tables
from shelfwise.errors import MissingExtraError, ShopError, StorageError

WAIT_SECONDS = 10.0
_FREE = "Free some disk space, then run the same command again."


def connect(place: str | Path, tables: Tables, wait_seconds: float = WAIT_SECONDS) -> sa.Engine:
    """An engine on the file or URL, with a room's tables up to date.

    A write waits `wait_seconds` for another process's write, then raises StorageError. SQLite runs with a write-ahead
    log and synchronous=FULL: what is committed survives a power cut. Raises ShopError when the database cannot be
    opened or was written by a newer Shelfwise.
    """
    url = _url(place)
    engine = _sqlite(url, wait_seconds) if url.get_backend_name() == "sqlite" else _postgresql(url, wait_seconds)
    try:
        migrate(engine, tables)
    except exc.DBAPIError as error:
        engine.dispose()
        raise ShopError(f"{name(engine)}: cannot be opened as a shop's database: {reason(error)}.") from error
    except ShopError:
        engine.dispose()
        raise
    return engine


def name(engine: sa.Engine) -> str:
    """How errors call the database: its file, or its URL without the password."""
    url = engine.url
    return str(url.database) if url.get_backend_name() == "sqlite" else url.render_as_string(hide_password=True)


def reason(error: exc.DBAPIError) -> str:
    """What the database itself said, in one line."""
    return " ".join(str(error.orig).split()).rstrip(".")


@contextmanager
def storage_errors(engine: sa.Engine) -> Iterator[None]:
    """Turn what the database refuses into StorageError. The transaction inside is rolled back by its own block."""
    try:
        yield
    except exc.DBAPIError as error:
        said = reason(error)
        if "locked" in said or "lock timeout" in said:
            hint = "Another process is writing; try again when it has finished."
        elif "full" in said or "I/O" in said or "No space" in said:
            hint = _FREE
        else:
            hint = "`shelfwise doctor` tells more."
        raise StorageError(f"{name(engine)}: {said}; nothing was acknowledged.", hint=hint) from error


@contextmanager
def disk_errors(path: Path) -> Iterator[None]:
    """Turn what the disk refuses into StorageError."""
    try:
        yield
    except OSError as error:
        raise StorageError(f"{path}: {error.strerror}.", hint=_FREE) from error


@contextmanager
def reading(engine: sa.Engine) -> Iterator[sa.Connection]:
    """A connection for one short read."""
    with storage_errors(engine), engine.connect() as connection:
        yield connection


def damage(engine: sa.Engine) -> tuple[str, ...]:
    """What is wrong with a database's file, read from end to end; nothing where a server keeps it."""
    if engine.dialect.name != "sqlite":
        return ()
    try:
        with reading(engine) as connection:
            found = connection.execute(sa.text("PRAGMA quick_check(5)")).scalars().all()
    except StorageError as error:
        return (error.message,)
    return tuple(f"{name(engine)}: {' '.join(str(line).split())}" for line in found if line != "ok")


@contextmanager
def writing(engine: sa.Engine) -> Iterator[sa.Connection]:
    """A transaction that holds the write lock from its start; committed, hence durable, when the block ends."""
    with storage_errors(engine), engine.connect() as raw:
        connection = raw.execution_options(write=True)
        with connection.begin():
            yield connection


def migrate(engine: sa.Engine, tables: Tables) -> None:
    """Bring the tables to their newest form, one process at a time. Raises ShopError for one that is newer still."""
    with engine.connect() as connection:
        if tables.version(connection) == tables.head:
            return
    with writing(engine) as connection:
        tables.upgrade(connection, name(engine))


def _url(place: str | Path) -> URL:
    if isinstance(place, Path) or "://" not in place:
        path = Path(place)
        if not path.parent.is_dir():
            raise ShopError(f"{path}: the folder {path.parent} does not exist.")
        if path.is_dir():
            raise ShopError(f"{path}: is a folder; expected a database file.")
        return URL.create("sqlite", database=str(path))
    try:
        url = sa.make_url(place)
    except exc.ArgumentError as error:
        raise ShopError(f"not a database URL: found {place!r}; expected postgresql://user@host/name.") from error
    if url.get_backend_name() not in ("sqlite", "postgresql"):
        raise ShopError(f"{url.drivername}: unknown kind of database; expected a file path or postgresql://….")
    return url


def _sqlite(url: URL, wait_seconds: float) -> sa.Engine:
    engine = sa.create_engine(url, connect_args={"timeout": wait_seconds})

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver's own transactions would begin too late; see `begin`
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        write = connection.get_execution_options().get("write", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")

    return engine


def _postgresql(url: URL, wait_seconds: float) -> sa.Engine:
    options = f"-c lock_timeout={int(wait_seconds * 1000)} -c client_encoding=utf8"
    try:
        return sa.create_engine(
            url.set(drivername="postgresql+psycopg"), pool_pre_ping=True, connect_args={"options": options}
        )
    except ImportError as error:
        raise MissingExtraError.of("psycopg", "cluster") from error
