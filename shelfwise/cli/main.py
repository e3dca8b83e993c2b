"""The `shelfwise` command: every group of commands under one name.

Exit status: 0 fine, 1 failed (the message says why and what to do), 2 wrong use.
"""

from __future__ import annotations

import sys

import typer

from shelfwise import __version__
from shelfwise.cli import bench, demo, doctor, evaluate, feed, index, search, serve, shop
from shelfwise.cli.console import errors
from shelfwise.errors import ShelfwiseError

app = typer.Typer(
    name="shelfwise",
    help="Search and recommendation for English and Chinese shops.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("init")(shop.init)
app.command("import")(feed.import_)
app.command("quality")(feed.quality)
app.command("index")(index.index)
app.command("search")(search.search)
app.command("suggest")(search.suggest)
app.add_typer(evaluate.app, name="evaluate")
app.command("serve")(serve.serve)
app.command("demo")(demo.demo)
app.command("doctor")(doctor.doctor)
app.command("bench")(bench.bench)


@app.command()
def version() -> None:
    """Print the version."""
    typer.echo(__version__)


def run() -> None:
    """Run the command line; errors that a user can mend become one line, not a stack trace."""
    try:
        app()
    except ShelfwiseError as error:
        errors.print(f"[bold red]Error:[/] {error.message}", highlight=False)
        if error.hint:
            errors.print(error.hint, highlight=False)
        sys.exit(1)
    except KeyboardInterrupt:
        errors.print("Stopped. What was acknowledged is kept; run the same command again to go on.")
        sys.exit(1)
