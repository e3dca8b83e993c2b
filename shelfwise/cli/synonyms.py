"""`shelfwise synonyms`: mine proposals, look at them, approve or reject them."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from shelfwise.cli.console import JsonOption, ShopOption, errors, print_json, print_table, progress, read_lines, say
from shelfwise.errors import InputError

if TYPE_CHECKING:
    from shelfwise.understanding.expansion.log import Asked
    from shelfwise.understanding.expansion.store import Proposal, Proposals, State

app = typer.Typer(
    name="synonyms",
    help="Synonyms proposed from the catalogue, the encoder and past sessions; only what you approve is used.",
    no_args_is_help=True,
)

SHOWN = 60  # characters of an example in a table

SourceOption = Annotated[str | None, typer.Option(help="One miner: translations, brackets, encoder or log.")]
LeastOption = Annotated[float, typer.Option("--min-confidence", min=0, max=1, help="Only proposals this sure.")]
IdsArgument = Annotated[list[str] | None, typer.Argument(help="Ids of proposals, as listed.", show_default=False)]


@app.command()
def mine(
    shop: ShopOption = Path(),
    queries: Annotated[Path | None, typer.Option(help="Past queries: a text file, `query<TAB>count` a line.")] = None,
    sessions: Annotated[
        Path | None,
        typer.Option(help="Past sessions: `session<TAB>seconds<TAB>query<TAB>results<TAB>clicked ids` a line."),
    ] = None,
    source: SourceOption = None,
    json: JsonOption = False,
) -> None:
    """Look for synonyms and keep them as proposals. Vectors are kept, so an interrupted run goes on quickly."""
    from shelfwise.cli.index import read_past_queries
    from shelfwise.shop import Shop
    from shelfwise.understanding.expansion.base import SOURCES
    from shelfwise.understanding.expansion.mine import Behaviour, mine

    sources = (_source(source),) if source else SOURCES
    behaviour = Behaviour(
        tuple(read_past_queries(queries)) if queries else (), tuple(read_sessions(sessions)) if sessions else ()
    )
    start = time.monotonic()
    with Shop.open(shop) as opened, progress("Mining") as step:
        proposals = _proposals(opened.folder)
        found = mine(
            opened.catalog.store.products,
            opened.encoder(),
            _rules(opened.folder / opened.settings.search.synonyms),
            behaviour=behaviour,
            sources=sources,
            progress=step,
        )
        merged = proposals.merge(found, sources)
        proposals.save()
    about = {"new": merged.new, "kept": merged.kept, "gone": merged.gone, "rejected": merged.rejected}
    seconds = time.monotonic() - start
    if json:
        print_json({**about, "seconds": round(seconds, 1)})
        return
    say(f"{merged.new:,} new, {merged.kept:,} known, {merged.gone:,} gone, {merged.rejected:,} rejected before.")
    say(f"Took {seconds:.0f} s. See: shelfwise synonyms list", errors)


@app.command("list")
def list_(
    shop: ShopOption = Path(),
    source: SourceOption = None,
    least: LeastOption = 0.0,
    state: Annotated[str, typer.Option(help="proposed, approved, rejected or all.")] = "proposed",
    limit: Annotated[int, typer.Option(min=1, help="Proposals shown.")] = 50,
    json: JsonOption = False,
) -> None:
    """Show proposals, the surest first, with what speaks for them."""
    found = _proposals(_folder(shop)).select(_state(state), _source(source), least)
    if json:
        print_json([each.as_json() for each in found[:limit]])
        return
    rows = [
        (each.id, each.candidate.rule(), f"{each.candidate.confidence:.2f}", each.candidate.source, _says(each))
        for each in found[:limit]
    ]
    print_table("", ("id", "rule", "sure", "source", "evidence"), rows, ("sure",))
    if len(found) > limit:
        say(f"{len(found) - limit:,} more; --limit shows them.", errors)


@app.command()
def approve(
    ids: IdsArgument = None,
    shop: ShopOption = Path(),
    source: SourceOption = None,
    least: LeastOption = 0.0,
    weight: Annotated[float, typer.Option(min=0.01, max=1, help="How much the other words count.")] = 1.0,
    json: JsonOption = False,
) -> None:
    """Write proposals into the shop's synonyms: by id, or all of a --source or --min-confidence."""
    from shelfwise.settings import read_settings
    from shelfwise.storage import replace_file
    from shelfwise.understanding.expansion.store import with_rules

    proposals = _proposals(_folder(shop))
    chosen = _chosen(proposals, ids, source, least)
    file = shop / read_settings(shop).search.synonyms
    _rules(file)  # what cannot be read is not written to
    before = file.read_text("utf-8-sig") if file.is_file() else ""
    text = with_rules(before, [each.candidate for each in chosen], weight)
    if text != before:
        replace_file(file, text.encode())
    changed = proposals.decide([each.id for each in chosen], "approved")
    proposals.save()
    if json:
        print_json({"approved": [each.as_json() for each in changed], "file": str(file)})
        return
    say(f"{len(changed):,} approved, written to {file}.")
    say(
        "`shelfwise search` uses them from now on; a running server after the next `shelfwise index` or when it starts "
        "again.",
        errors,
    )


@app.command()
def reject(
    ids: IdsArgument = None,
    shop: ShopOption = Path(),
    source: SourceOption = None,
    least: LeastOption = 0.0,
    json: JsonOption = False,
) -> None:
    """Refuse proposals for good: by id, or all of a --source or --min-confidence. They are not offered again."""
    proposals = _proposals(_folder(shop))
    chosen = _chosen(proposals, ids, source, least)
    written = [each.id for each in chosen if each.state == "approved"]
    if written:
        raise InputError(
            f"{', '.join(written)}: approved before, and written into the shop's synonyms.",
            hint="Take the line out of that file.",
        )
    changed = proposals.decide([each.id for each in chosen], "rejected")
    proposals.save()
    if json:
        print_json({"rejected": [each.as_json() for each in changed]})
    else:
        say(f"{len(changed):,} rejected; they are not offered again.")


def read_sessions(path: Path) -> list[list[Asked]]:
    """Sessions from lines of session, seconds, query, results, clicked ids (divided by blanks); the last two may be
    left out or empty. The queries of a session are put in order of time. Raises InputError naming line and field.
    """
    from shelfwise.understanding.expansion.log import Asked

    found: dict[str, list[Asked]] = {}
    for number, line in read_lines(path):
        session, seconds, query, results, clicked, *more = [
            *(each.strip() for each in line.split("\t")),
            "",
            "",
            "",
            "",
        ]
        place = f"{path}: line {number}"
        if not query or any(more):
            raise InputError(
                f"{place}: found {line[:60]!r}, expected session, seconds, query, results and clicked ids."
            )
        if results and not results.isdecimal():
            raise InputError(f"{place}: found results {results!r}, expected a whole number.")
        try:
            at = float(seconds)
        except ValueError as error:
            raise InputError(f"{place}: found seconds {seconds!r}, expected a number.") from error
        asked = Asked(query, at, int(results) if results else None, tuple(clicked.split()))
        found.setdefault(session, []).append(asked)
    return [sorted(asked, key=lambda each: each.time) for asked in found.values()]


def _folder(shop: Path) -> Path:
    from shelfwise.errors import ShopError
    from shelfwise.settings import FILE

    if not (shop / FILE).is_file():
        raise ShopError(f"{shop} is not a shop: it has no {FILE}.", hint=f"Make one with: shelfwise init {shop}")
    return shop


def _proposals(folder: Path) -> Proposals:
    from shelfwise.understanding.expansion.store import FILE, Proposals

    return Proposals(folder / FILE)


def _rules(file: Path) -> list[tuple[Sequence[str], Sequence[str]]]:
    """What the shop's search knows already, built-in rules too."""
    from shelfwise.retrieval.synonyms import default_rules, read_rules

    return [(rule.terms, rule.others) for rule in (*default_rules(), *(read_rules(file) if file.is_file() else []))]


def _chosen(proposals: Proposals, ids: list[str] | None, source: str | None, least: float) -> list[Proposal]:
    if not ids and source is None and not least:
        raise typer.BadParameter("expected ids of proposals, or --source or --min-confidence")
    if ids and (source is not None or least):
        raise typer.BadParameter("expected ids, or --source and --min-confidence, not both")
    if not ids:
        return proposals.select("proposed", _source(source), least)
    known = {each.id: each for each in proposals.select(None)}
    for id in ids:
        if id not in known:
            raise InputError(f"{proposals.path}: found no proposal {id!r}.", hint="See: shelfwise synonyms list")
    return [known[id] for id in ids]


def _source(name: str | None) -> Any:
    from shelfwise.understanding.expansion.base import SOURCES

    if name is not None and name not in SOURCES:
        raise typer.BadParameter(f"found source {name!r}, expected one of {', '.join(SOURCES)}")
    return name


def _state(name: str) -> State | None:
    from shelfwise.understanding.expansion.store import STATES

    if name not in (*STATES, "all"):
        raise typer.BadParameter(f"found state {name!r}, expected one of {', '.join(STATES)}, all")
    return None if name == "all" else cast("State", name)


def _says(proposal: Proposal) -> str:
    count, *examples = (*proposal.candidate.evidence, "")
    return f"{count}; {examples[0][:SHOWN]}".rstrip("; ")
