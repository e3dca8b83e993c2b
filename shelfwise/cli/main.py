"""The `shelfwise` command: every group of commands under one name.

Exit status: 0 fine, 1 failed (the message says why and what to do), 2 wrong use, 130 interrupted.
Results go to standard output, progress and messages to standard error. What a command needs is imported when it runs,
so that `--help` and `version` answer at once.
"""

from __future__ import annotations

import os
import sys
import traceback
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from shelfwise import __version__
from shelfwise.cli import (
    bench,
    demo,
    doctor,
    evaluate,
    evaluate_models,
    evaluate_recommend,
    events,
    feed,
    index,
    models,
    predict,
    recommend,
    search,
    serve,
    shop,
    simulate,
    synonyms,
    train_sequence,
    training,
    training_data,
    tune,
    understand,
    understanding,
)
from shelfwise.cli.console import errors, say, say_error
from shelfwise.errors import ShelfwiseError

TRACE = "SHELFWISE_TRACE"  # set: a defect in Shelfwise shows the whole stack
INTERRUPTED = 130


class Commands(TyperGroup):
    """Makes errors that a user can mend a message and a status, not a stack trace."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except ShelfwiseError as error:
            say_error(error.message, error.hint)
        except BrokenPipeError:
            raise
        except OSError as error:
            place = f"{error.filename}: " if error.filename else ""
            say_error(f"{place}{error.strerror or error}.")
        except KeyboardInterrupt:
            say("Stopped. What was finished is kept; the same command goes on from there.", errors)
            raise typer.Exit(INTERRUPTED) from None
        raise typer.Exit(1)


app = typer.Typer(
    cls=Commands,
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
app.command("understand")(understand.understand)
evaluate.app.command("tune")(tune.tune)
evaluate.app.command("understanding")(understanding.evaluate)
evaluate.app.command("encoder")(evaluate_models.model)
evaluate.app.command("cross-encoder")(evaluate_models.model)
evaluate.app.command("recommend")(evaluate_recommend.recommend)
understanding.train_app.command("data")(training_data.data)
understanding.train_app.command("encoder")(training.model)
understanding.train_app.command("cross-encoder")(training.model)
understanding.train_app.command("domain")(training.domain)
understanding.train_app.command("sequence")(train_sequence.sequence)
app.add_typer(evaluate.app, name="evaluate")
app.add_typer(events.app, name="events")
app.add_typer(models.app, name="models")
app.add_typer(predict.app, name="predict")
app.add_typer(recommend.app, name="recommend")
app.add_typer(simulate.app, name="simulate")
app.add_typer(synonyms.app, name="synonyms")
app.add_typer(understanding.train_app, name="train")
app.command("serve")(serve.serve)
app.command("demo")(demo.demo)
app.command("doctor")(doctor.doctor)
app.command("bench")(bench.bench)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def group(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Search and recommendation for English and Chinese shops."""


@app.command()
def version() -> None:
    """Print the version."""
    typer.echo(__version__)


def run() -> None:
    """Run the command line."""
    try:
        app()
    except Exception as error:
        if os.environ.get(TRACE):
            raise
        last = traceback.extract_tb(error.__traceback__)[-1]
        say_error(
            f"{type(error).__name__}: {error} ({last.filename}, line {last.lineno}).",
            f"This is a defect in Shelfwise. Please report it with what {TRACE}=1 prints.",
        )
        sys.exit(1)
