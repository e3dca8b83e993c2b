"""`shelfwise events`: what shoppers did, in and out, and what is wrong with it."""

from __future__ import annotations

import dataclasses
import re
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias

import typer

from shelfwise.cli.console import JsonOption, ShopOption, errors, print_json, print_table, progress, say

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from shelfwise.behaviour.base import Logged
    from shelfwise.behaviour.formats.base import EventFormat
    from shelfwise.behaviour.formats.mapping import EventMapping
    from shelfwise.shop import Shop
    from shelfwise.types import EventKind

Consent: TypeAlias = Literal["personal", "anonymous"]
Model: TypeAlias = Literal["last", "first", "linear"]
FORMATS = "ubi, google, segment, csv, tsv, jsonl or parquet"
SHOWN = 20  # lines of a table
DURATION = re.compile(r"(\d+)\s*([smhd])")
UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}

app = typer.Typer(no_args_is_help=True, help="What shoppers did: import, export, check, sessions, attribution.")

FormatOption = Annotated[str | None, typer.Option("--format", help=f"{FORMATS}; found out if not given.")]


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help=f"A file of events: {FORMATS} (also .gz, .zst).")],
    shop: ShopOption = Path(),
    format: FormatOption = None,
    mapping: Annotated[
        Path | None, typer.Option(help="A mapping file for the columns of a table. Guessed if not given.")
    ] = None,
    guess: Annotated[bool, typer.Option("--guess", help="Only print the guessed mapping, to be edited.")] = False,
    consent: Annotated[
        Consent, typer.Option(help="What shoppers agreed to, in events that do not say it.")
    ] = "personal",
    merge: Annotated[
        bool, typer.Option("--merge", help="Where a row names a visitor and a customer, make their events one's.")
    ] = False,
    restart: Annotated[
        bool, typer.Option("--restart", help="Do not go on where an interrupted import stopped.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Bring events in. Bad rows are refused one by one and reported; good rows go in. The same event counts once.

    Status 1 when the file is cut off or nothing in it could be used.
    """
    from shelfwise.behaviour.formats import detect_format, format_of
    from shelfwise.behaviour.formats.base import Reading
    from shelfwise.behaviour.importing import import_events
    from shelfwise.shop import Shop

    name = format or detect_format(file)
    given = _mapping(mapping)
    if guess:
        _guess(name, file)
        return
    with Shop.open(shop) as opened, progress("Importing") as step:
        reading = Reading(consent, opened.settings.shop.currency)
        report = import_events(
            opened.record,
            file,
            format_of(name, reading=reading, mapping=given),
            options=f"{reading} {given}",
            reports=opened.folder / "reports",
            resume=not restart,
            merge=opened.merge if merge else None,
            progress=step,
        )
    if json:
        print_json(report.to_json())
    else:
        say(str(report))
    if not report.complete or report.refused >= max(report.read, 1):
        raise typer.Exit(1)


def _mapping(path: Path | None) -> EventMapping | None:
    from shelfwise.behaviour.formats.mapping import read_event_mapping

    return None if path is None else read_event_mapping(path)


def _guess(name: str, file: Path) -> None:
    from shelfwise.behaviour.formats.tabular import TabularFormat

    found = TabularFormat(name).mapping(file)
    typer.echo(found.to_toml(), nl=False)
    if missing := found.missing():
        say(f"No column looks like: {', '.join(missing)}. Add it under [fields].", errors)


@app.command("export")
def export(
    out: Annotated[Path, typer.Argument(help="A file to write; for Parquet a folder, in which an export goes on.")],
    shop: ShopOption = Path(),
    format: Annotated[str, typer.Option("--format", help="ubi, google, segment, csv, jsonl or parquet.")] = "jsonl",
    anonymous: Annotated[
        bool, typer.Option("--anonymous", help="Without shoppers, properties and words of reviews.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Write the log for others to read. A file is written anew; a Parquet folder gets what came since."""
    from shelfwise.behaviour.exporting import export_events
    from shelfwise.behaviour.formats import format_of
    from shelfwise.behaviour.formats.base import Reading
    from shelfwise.behaviour.parquet import cursor_of, export_parquet
    from shelfwise.shop import Shop

    with Shop.open(shop) as opened, progress("Exporting") as step:
        if format == "parquet":
            since = cursor_of(out, anonymous=anonymous)
            added = export_parquet(_told(opened, step, since), out, anonymous=anonymous)
            report, text = dataclasses.asdict(added), str(added)
        else:
            found = _writable(format_of(format, reading=Reading(currency=opened.settings.shop.currency)))
            written = export_events(_told(opened, step), out, found, anonymous=anonymous)
            report, text = written.to_json(), str(written)
    if json:
        print_json(report)
    else:
        say(text)


def _writable(format: EventFormat) -> EventFormat:
    if not format.writes:
        raise typer.BadParameter(
            f"found {format.name!r}, expected ubi, google, segment, csv, jsonl or parquet", param_hint="--format"
        )
    return format


def _told(shop: Shop, step: Any, since: int = 0) -> Iterator[Sequence[Logged]]:
    """The log in batches, with progress; bots too, they are marked."""
    log = shop.audience.log
    total, done = log.count(), 0
    for batch in log.read(since, bots=True):
        yield batch
        done += len(batch)
        step(done, total)


@app.command("template")
def template(
    format: Annotated[str, typer.Argument(help="ubi, google, segment, csv or jsonl.")],
) -> None:
    """Print an example of a format: one line of each event that is worth sending; and, apart, which come from where.

    The example goes to standard output, so that it can be kept in a file and imported.
    """
    from shelfwise.behaviour.formats import guide
    from shelfwise.behaviour.formats import template as template_of

    say(guide(), errors)
    typer.echo(template_of(format), nl=False)


@app.command("stats")
def stats(shop: ShopOption = Path(), json: JsonOption = False) -> None:
    """How many events there are, of which kinds, by whom and when."""
    from shelfwise.behaviour.summary import Summary
    from shelfwise.shop import Shop

    with Shop.open(shop) as opened, progress("Reading the log") as step:
        found = Summary.of(_told(opened, step)).to_json()
    if json:
        print_json(found)
        return
    for name in ("events", "shoppers", "products", "days"):
        say(f"{name}: {found[name]:,}")
    if found["events"]:
        say(f"from {found['first']:%Y-%m-%d %H:%M} to {found['last']:%Y-%m-%d %H:%M} UTC\n")
    for name in ("kinds", "consents", "marks"):
        if found[name]:
            rows = [(key, f"{count:,}") for key, count in found[name].items()]
            print_table("", (name, "events"), rows, ("events",))
            say("")


@app.command("check")
def check(shop: ShopOption = Path(), json: JsonOption = False) -> None:
    """Say when the log looks wrong, with an example and what to do; and which shoppers are probably bots.

    Status 1 when something is an error.
    """
    from datetime import UTC, datetime

    from shelfwise.behaviour.bots import suspects
    from shelfwise.behaviour.checks import check_log
    from shelfwise.behaviour.summary import Summary
    from shelfwise.behaviour.table import EventTable
    from shelfwise.shop import Shop

    with Shop.open(shop) as opened, progress("Reading the log") as step:
        report = check_log(Summary.of(_told(opened, step)), datetime.now(UTC), opened.catalog.store.known)
        bots = suspects(EventTable.of(logged.event for batch in _told(opened, step) for logged in batch))
    if json:
        print_json(report.to_json() | {"bots": bots})
    else:
        for each in report.findings:
            example = f" For example {each.example}." if each.example else ""
            say(f"{each.level} {each.rule}: {each.message}{example}\n  {each.todo}")
        for bot in bots[:SHOWN]:
            say(f"bot {bot.shopper}: {bot.message} (rule {bot.rule})")
        if len(bots) > SHOWN:
            say(f"… and {len(bots) - SHOWN:,} more; --json has all.")
        say(f"{report.summary['events']:,} events, {len(report.rules)} rules: {len(report.findings)} findings.")
    if any(each.level == "error" for each in report.findings):
        raise typer.Exit(1)


@app.command("sessions")
def sessions(
    shop: ShopOption = Path(),
    gap: Annotated[str, typer.Option(help="The pause that ends a session, such as 30m or 2h.")] = "30m",
    json: JsonOption = False,
) -> None:
    """Sessions by inactivity: how many, how long, and what share of them searches, clicks and buys."""
    from shelfwise.behaviour.sessions import sessions as sessions_of
    from shelfwise.behaviour.table import EventTable
    from shelfwise.shop import Shop

    pause = duration(gap, "--gap")
    with Shop.open(shop) as opened, progress("Reading the log") as step:
        batches = _told(opened, step)
        named = (each.event for batch in batches for each in batch if each.event.shopper and "bot" not in each.marks)
        found = sessions_of(EventTable.of(named), pause).to_json()
    if json:
        print_json(found)
        return
    rows = [
        (name.replace("_", " "), f"{value:,.4g}" if isinstance(value, float) else f"{value:,}")
        for name, value in found.items()
        if not isinstance(value, dict)
    ]
    rows += [(f"with {kind}", f"{share:.1%}") for kind, share in found["with"].items()]
    print_table("", ("sessions", ""), rows, ("",))


@app.command("attribution")
def attribution(
    shop: ShopOption = Path(),
    model: Annotated[Model, typer.Option(help="Which clicks before a purchase get the credit.")] = "last",
    window: Annotated[str, typer.Option(help="How long a click counts, such as 7d or 12h.")] = "7d",
    json: JsonOption = False,
) -> None:
    """Purchases and revenue by the placements and searches whose clicks led to them; what has none is told."""
    from shelfwise.behaviour.attribution import attribute
    from shelfwise.shop import Shop

    span = duration(window, "--window")
    kinds: tuple[EventKind, ...] = ("search", "reformulation", "click", "purchase")
    with Shop.open(shop) as opened, progress("Reading the log"):
        batches = opened.audience.log.read(kinds=kinds)
        found = attribute((each.event for batch in batches for each in batch), model, span)
        currency = opened.settings.shop.currency
    if json:
        print_json(found.to_json())
        return
    say(f"{found.purchases:,} purchases, {found.revenue:,.2f} {currency}; {model} click within {window}")
    if found.without_value:
        say(f"{found.without_value:,} purchases have no value: their revenue counts as 0.")
    columns = ("purchases", f"revenue {currency}")
    for title, credits in (("placement", found.placements), ("search", found.queries)):
        print_table("", (title, *columns), _credits(credits.items()), columns)
        say("")
    none = found.unattributed
    say(f"without a click: {none.purchases:,.0f} purchases, {none.revenue:,.2f} {currency}")


def _credits(items: Iterable[tuple[str, Any]]) -> list[tuple[str, str, str]]:
    rows = [(name, f"{credit.purchases:,.2f}", f"{credit.revenue:,.2f}") for name, credit in items]
    return rows if len(rows) <= SHOWN else [*rows[:SHOWN], (f"… and {len(rows) - SHOWN:,} more", "", "")]


def duration(text: str, option: str) -> timedelta:
    """A length of time as people write it. Raises BadParameter.

    >>> duration("90m", "--gap")
    datetime.timedelta(seconds=5400)
    """
    match = DURATION.fullmatch(text.strip())
    if match is None or not 0 < int(match[1]) <= 1_000_000:
        raise typer.BadParameter(f"found {text!r}, expected a time such as 30m, 12h or 7d", param_hint=option)
    return timedelta(**{UNITS[match[2]]: int(match[1])})
