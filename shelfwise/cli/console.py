"""What commands share: consoles, the `--shop`, `--pairs` and `--json` options, tables, progress, files of lines."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Protocol

import orjson
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from shelfwise.errors import InputError

output = Console()
errors = Console(stderr=True)

EVERY = 10.0  # seconds between lines of progress where no bar can be drawn

ShopOption = Annotated[Path, typer.Option("--shop", help="The shop's folder.", show_default="the current folder")]
PairsOption = Annotated[
    Path | None, typer.Option("--pairs", help="Questions with evidence: columns question, candidate, label.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]


class Step(Protocol):
    """Tells how far a long job is: `step(done, total)`; total None when unknown."""

    def __call__(self, done: int, total: int | None) -> None:
        """So much is done, of so much."""
        ...


def say(text: str, console: Console = output) -> None:
    """Print a text as it is: no markup, no colours, no line breaks of our own."""
    console.print(text, markup=False, highlight=False, soft_wrap=True)


def say_error(message: str, hint: str = "") -> None:
    """Print what went wrong, and how to mend it, on standard error."""
    errors.print(Text.assemble(("Error:", "bold red"), f" {message}"), soft_wrap=True)
    if hint:
        say(hint, errors)


def print_json(value: Any) -> None:
    """Print as JSON, one document, indented."""
    text = orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_SERIALIZE_NUMPY, default=str)
    typer.echo(text.decode())


def print_table(
    title: str, columns: Sequence[str], rows: Iterable[Sequence[object]], right: Sequence[str] = ()
) -> None:
    """Print a table; the columns named in `right` hold numbers."""
    table = Table(title=title or None, title_justify="left", header_style="bold", box=None, pad_edge=False)
    for column in columns:
        table.add_column(column, justify="right" if column in right else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(str(cell)) for cell in row))
    output.print(table)


def read_lines(path: Path) -> list[tuple[int, str]]:
    """The lines of a UTF-8 file that hold something, with their numbers. Raises InputError when it cannot be read."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        row = error.object[: error.start].count(b"\n") + 1
        raise InputError(f"{path}: line {row}: found bytes that are not UTF-8, expected UTF-8.") from error
    return [(number, line.strip()) for number, line in enumerate(text.split("\n"), 1) if line.strip()]


@contextmanager
def progress(label: str) -> Iterator[Step]:
    """Progress on standard error for the length of a `with` block: a bar, or now and then a line."""
    if not errors.is_terminal:
        yield _lines(label)
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=errors, transient=True) as bar:
        task = bar.add_task(label, total=None)

        def step(done: int, total: int | None) -> None:
            bar.update(task, completed=done, total=total)

        yield step


def _lines(label: str, clock: Callable[[], float] = time.monotonic) -> Step:
    last = clock()

    def step(done: int, total: int | None) -> None:
        nonlocal last
        if clock() - last >= EVERY:
            last = clock()
            say(f"{label}: {done:,}" + (f" of {total:,}" if total else ""), errors)

    return step
