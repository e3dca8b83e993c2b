"""`shelfwise models`: the shop's own models, which of them serves, and whether another is better."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from shelfwise.cli.console import JsonOption, ShopOption, errors, print_json, print_table, progress, say
from shelfwise.cli.evaluate import JudgmentsOption, PerQueryOption, SeedOption, SplitOption
from shelfwise.cli.models_beside import compared, print_comparison
from shelfwise.cli.models_export import export
from shelfwise.errors import EncoderError, InputError

if TYPE_CHECKING:
    from shelfwise.language.models.store import ModelStore
    from shelfwise.retrieval.generations import Generation

app = typer.Typer(help="The shop's own models: compare, promote, roll back, export.", no_args_is_help=True)
app.command("export")(export)

NICE: Final = 5  # how far encoding a catalogue steps back behind the server's searches
ModelArgument = Annotated[str, typer.Argument(help="NAME, or NAME@0003 for one of its versions.", metavar="NAME")]
QueriesOption = Annotated[
    Path | None, typer.Option("--queries", help="Past queries to suggest: a text file, `query<TAB>count` a line.")
]
MetricOption = Annotated[str, typer.Option(help="Whose mean decides.")]


@app.command("list")
def list_(shop: ShopOption = Path(), json: JsonOption = False) -> None:
    """All models and their versions."""
    from shelfwise.language.models.names import store_of
    from shelfwise.promotion import in_use
    from shelfwise.shop import Shop

    with Shop.open(shop) as opened:
        used, store = in_use(opened), store_of(opened.folder)
    rows = [_row(store, name, version, used) for name in store.names() for version in store.versions(name)]
    if json:
        print_json(rows)
        return
    columns = ("model", "version", "kind", "base", "method", "made", "promoted", "used by")
    print_table("", columns, ([_shown(row[column]) for column in columns] for row in rows))


@app.command("show")
def show(model: ModelArgument, shop: ShopOption = Path(), json: JsonOption = False) -> None:
    """The card of a model, after its files were compared with their digests."""
    from shelfwise.language.models.names import split, store_of

    name, version = split(model)
    store = store_of(shop)
    store.folder(name, version)
    card = store.card(name, version).as_json()
    if json:
        print_json(card)
        return
    rows = [(key, value) for key, value in card.items() if value not in ("", {}, [], ())]
    print_table("", ("", f"{card['name']}@{card['version']}"), [(key, _shown(value)) for key, value in rows])


@app.command("compare")
def compare(
    model: ModelArgument,
    judgments: JudgmentsOption,
    shop: ShopOption = Path(),
    catalog: Annotated[
        Path | None, typer.Option("--catalog", help="A feed to rank; the shop's own products if not given.")
    ] = None,
    against: Annotated[str | None, typer.Option(help="Another model; the one in service if not given.")] = None,
    metric: MetricOption = "ndcg@10",
    split: SplitOption = "all",
    seed: SeedOption = 0,
    per_query: PerQueryOption = False,
    json: JsonOption = False,
) -> None:
    """Is it better than the model in service? Both rank the same products for the same queries, in one run.

    Judgments that a model was trained on say nothing about it.
    """
    from shelfwise.cli.figures import read_judgments
    from shelfwise.promotion import decide
    from shelfwise.shop import Shop

    qrels = read_judgments(judgments, split)
    with Shop.open(shop) as opened:
        found = compared(opened, model, against, qrels, catalog, seed)
    decision = decide(found, metric=metric)
    if json:
        print_json({**found.as_json(), "better": decision.promote, "reason": decision.reason})
        return
    print_comparison(found)
    say(decision.reason)
    if per_query:
        rows = [(query, f"{new:.4f}", f"{old:.4f}", f"{new - old:+.4f}") for query, new, old in found.per_query(metric)]
        columns = ("query", "candidate", "serving", "change")
        print_table("", columns, rows, columns[1:])


@app.command("promote")
def promote(
    model: ModelArgument,
    shop: ShopOption = Path(),
    judgments: Annotated[
        Path | None, typer.Option("--judgments", help="What to compare on: query, docid, rating; or a TREC qrels file.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Without a comparison, or against it.")] = False,
    metric: MetricOption = "ndcg@10",
    queries: QueriesOption = None,
    seed: SeedOption = 0,
    json: JsonOption = False,
) -> None:
    """Put a model into service if it is better beyond noise: encode the catalogue with it, then switch.

    The old model serves until the new index is whole; a running server takes the new one up by itself. After an
    interruption the same command goes on where it was.
    """
    from shelfwise.cli.figures import read_judgments
    from shelfwise.cli.index import read_past_queries
    from shelfwise.language.models.names import pinned, split, store_of
    from shelfwise.promotion import SERVABLE, decide
    from shelfwise.promotion import promote as put_into_service
    from shelfwise.shop import Shop

    if judgments is None and not force:
        raise typer.BadParameter("expected --judgments to compare on, or --force to go without.")
    qrels = read_judgments(judgments, "all") if judgments else None
    past = read_past_queries(queries) if queries else []
    _check_free(os.environ)
    _step_back()
    with Shop.open(shop) as opened:
        named = pinned(model, opened.folder)
        about: dict[str, Any] = {"model": named}
        if qrels is not None:
            found = compared(opened, named, None, qrels, None, seed)
            decision = decide(found, metric=metric)
            about |= {**found.as_json(), "better": decision.promote, "reason": decision.reason}
            say(decision.reason, errors)
            if not (decision.promote or force):
                _told({**about, "promoted": False}, f"{named} was not promoted.", json)
                raise typer.Exit(1)
        name, version = split(named)
        store = store_of(opened.folder)
        if store.card(name, version).kind not in SERVABLE:
            store.promote(name, str(version))
            _told({**about, "promoted": True}, f"{named} is the current one of its name.", json)
            return
        with progress("Encoding and indexing") as step:
            now = datetime.now(UTC)
            generation = put_into_service(opened, named, now=now, seed=seed, past_queries=past, progress=step)
    _told({**about, "promoted": True, **_about(generation)}, f"{named} {_in_service(generation)}", json)


@app.command("rollback")
def rollback(
    name: Annotated[str, typer.Argument(help="The model in service.")],
    shop: ShopOption = Path(),
    queries: QueriesOption = None,
    json: JsonOption = False,
) -> None:
    """Put back what was in service before: the index before with its own encoder, or else the version before."""
    from shelfwise.cli.index import read_past_queries
    from shelfwise.promotion import roll_back
    from shelfwise.shop import Shop

    past = read_past_queries(queries) if queries else []
    _check_free(os.environ)
    with Shop.open(shop) as opened, progress("Indexing") as step:
        generation = roll_back(opened, name, past_queries=past, progress=step)
    encoder = generation.manifest.encoder
    _told(_about(generation), f"{encoder.get('model') or encoder['kind']} {_in_service(generation)}", json)


@app.command("delete")
def delete(model: ModelArgument, shop: ShopOption = Path(), json: JsonOption = False) -> None:
    """Remove a version, NAME@0003, that nothing needs any more."""
    from shelfwise.language.models.names import pinned, split, store_of
    from shelfwise.promotion import in_use
    from shelfwise.shop import Shop

    name, version = split(model)
    if version is None:
        raise InputError(f"model: found {model!r}, expected NAME@VERSION: versions are deleted one by one.")
    with Shop.open(shop) as opened:
        named = pinned(model, opened.folder)
        if user := in_use(opened).get(named):
            raise InputError(f"{named} is used by {user}.", hint="It can go once that is gone.")
        store_of(opened.folder).delete(name, version)
    _told({"deleted": named}, f"{named} is deleted.", json)


def _row(store: ModelStore, name: str, version: str, used: dict[str, str]) -> dict[str, Any]:
    """What the list says of a version; of one whose card cannot be read, only that."""
    row = {"model": name, "version": version, "promoted": store.current(name) == version}
    row["used by"] = used.get(f"{name}@{version}", "")
    try:
        card = store.card(name, version)
    except EncoderError as error:
        return {**row, "kind": "", "base": "", "method": "", "made": "", "problem": error.message}
    return {**row, "kind": card.kind, "base": card.base, "method": card.method, "made": card.made[:16]}


def _check_free(environment: os._Environ[str]) -> None:
    """Raises InputError where the environment names the encoder: the settings file would be written in vain."""
    for variable in ("SHELFWISE__ENCODER__KIND", "SHELFWISE__ENCODER__MODEL"):
        if variable in environment:
            raise InputError(
                f"{variable} names the encoder; the settings file, which would be written, does not count."
            )


def _step_back() -> None:
    if hasattr(os, "nice"):
        os.nice(NICE)


def _about(generation: Generation) -> dict[str, Any]:
    return {"generation": generation.name, "encoder": generation.manifest.versions["encoder"]}


def _in_service(generation: Generation) -> str:
    return f"is in service, with generation {generation.name}."


def _told(about: dict[str, Any], line: str, json: bool) -> None:
    if json:
        print_json(about)
    else:
        say(line)


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "yes" * value
    if isinstance(value, dict):
        return ", ".join(f"{key} {_shown(each)}" for key, each in value.items())
    return "; ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
