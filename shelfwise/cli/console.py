"""What commands share: consoles, the `--shop` and `--json` options, tables and progress."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Protocol

import orjson
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

output = Console()
errors = Console(stderr=True)

ShopOption = Annotated[Path, typer.Option("--shop", help="The shop's folder.", show_default="the current folder")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]


class Step(Protocol):
    """Tells how far a long job is: `step(done, total)`; total None when unknown."""

    def __call__(self, done: int, total: int | None) -> None:
        """So much is done, of so much."""
        ...


def print_json(value: Any) -> None:
    """Print as JSON, one document, indented."""
    text = orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_SERIALIZE_NUMPY, default=str)
    typer.echo(text.decode())


def print_table(
    title: str, columns: Sequence[str], rows: Iterable[Sequence[object]], right: Sequence[str] = ()
) -> None:
    """Print a table; the columns named in `right` hold numbers."""
    table = Table(title=title, title_justify="left", header_style="bold", box=None, pad_edge=False)
    for column in columns:
        table.add_column(column, justify="right" if column in right else "left", overflow="fold")
    for row in rows:
        table.add_row(*(str(cell) for cell in row))
    output.print(table)


@contextmanager
def progress(label: str) -> Iterator[Step]:
    """A progress bar on standard error for the length of a `with` block."""
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
