"""Says when a log looks wrong: each finding with how many, an example, what it spoils, and what to do."""

from __future__ import annotations

import dataclasses
import statistics
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any, Final, Literal, TypeAlias

from shelfwise.behaviour.summary import KindCount, Summary
from shelfwise.types import EventKind

Level: TypeAlias = Literal["error", "warning"]

ENOUGH: Final = 50  # events, before a share means something
CLOCK: Final = timedelta(minutes=5)
# Kinds that a shop should send, and what stays blind without them.
WANTED: Final[dict[EventKind, str]] = {
    "search": "what shoppers look for, queries without results, suggestions from past queries",
    "impression": "click rates, learning from clicks (what was shown and not clicked), position bias",
    "click": "judgments from behaviour, attribution of purchases",
    "view": "recently viewed, viewed together",
    "cart": "the stages before a purchase, products that complete a cart",
    "purchase": "bought together, buy again, revenue of placements and queries",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that looks wrong. count: events (or days, products, …) of `of`; example: one of them."""

    rule: str
    level: Level
    count: int
    of: int
    example: str
    message: str
    todo: str


@dataclass(frozen=True, slots=True)
class CheckReport:
    """Figures of a log and what looks wrong in it. An empty list means that every rule was looked at and held."""

    summary: dict[str, Any]
    findings: tuple[Finding, ...]
    rules: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """The report as JSON values."""
        return dataclasses.asdict(self)


Rule: TypeAlias = Callable[[Summary, datetime], Iterator[Finding]]


def check_log(
    summary: Summary, now: datetime, known: Callable[[Collection[str]], Collection[str]] | None = None
) -> CheckReport:
    """What looks wrong in a log. known: ids → those that the catalogue has now."""
    found = [finding for rule in RULES.values() for finding in rule(summary, now)]
    if known is not None:
        found += _unknown(summary, known)
    found.sort(key=lambda each: (each.level, -each.count / max(each.of, 1), each.rule))
    return CheckReport(summary.to_json(), tuple(found), (*RULES, "unknown_product") if known else tuple(RULES))


def _some(finding: Finding) -> Iterator[Finding]:
    """The finding, if there is anything to find."""
    if finding.count:
        yield finding


def _empty(log: Summary, now: datetime) -> Iterator[Finding]:
    if not log.events:
        todo = "Send events to /v1/events, or import some: shelfwise events template ubi shows which."
        yield Finding("no_events", "error", 0, 0, "", "The log has no event.", todo)


def _missing(log: Summary, now: datetime) -> Iterator[Finding]:
    for kind, blind in WANTED.items():
        if log.events and not log.count(kind):
            message = f"No event of the kind {kind!r} among {log.events:,}. Blind without it: {blind}."
            todo = "Send it; docs/events.md says from where. In an import, look at what was passed over."
            level: Level = "error" if kind in ("impression", "click", "purchase") else "warning"
            yield Finding(f"no_{kind}", level, log.events, log.events, "", message, todo)


def _positions(log: Summary, now: datetime) -> Iterator[Finding]:
    for kind in ("impression", "click"):
        told = log.kinds.get(kind, KindCount())
        without = told.events - told.positions.total()
        if told.events >= ENOUGH and without > told.events / 2:
            message = f"{without:,} of {told.events:,} events {kind!r} have no position."
            todo = "Send the place in the results, from 1: without it clicks cannot be corrected for position bias."
            yield Finding("no_position", "warning", without, told.events, told.lacking["position"], message, todo)
        elif told.positions.total() >= ENOUGH and len(told.positions) == 1 and not told.lists:
            place = next(iter(told.positions))
            message = f"Every position of {told.positions.total():,} events {kind!r} is {place}."
            todo = "Probably a constant was sent. Send the product's own place in the results."
            count = told.positions.total()
            yield Finding("same_position", "error", count, told.events, told.example, message, todo)


def _clicks(log: Summary, now: datetime) -> Iterator[Finding]:
    told = log.kinds.get("click", KindCount())
    without = told.events - told.query_ids
    message = f"{without:,} of {told.events:,} clicks name no query_id: they cannot be credited to a search."
    todo = "Send with each click the query_id of the answer that showed the product (searches and rows both have one)."
    example = told.lacking.get("query_id", "")
    yield from _some(Finding("click_without_query_id", "warning", without, told.events, example, message, todo))
    dangling = [id for query, id in log.clicked.items() if query not in log.searches]
    if log.searches:
        message = f"{len(dangling):,} of {len(log.clicked):,} clicked query_ids belong to no search in the log."
        todo = "Rows of recommendations have answers of their own; otherwise record the search too, with the same id."
        example = dangling[0] if dangling else ""
        yield from _some(
            Finding("unknown_query_id", "warning", len(dangling), len(log.clicked), example, message, todo)
        )
    shown = log.kinds.get("impression", KindCount()).products
    if shown and told.events > shown:
        message = f"{told.events:,} clicks on {shown:,} products shown: more clicks than impressions."
        todo = "Record an impression for every product that came into sight, also on later pages."
        yield Finding("more_clicks", "error", told.events - shown, told.events, told.example, message, todo)


def _purchases(log: Summary, now: datetime) -> Iterator[Finding]:
    told = log.kinds.get("purchase", KindCount())
    without = told.events - told.values
    message = f"{without:,} of {told.events:,} purchases have no value: their revenue counts as 0."
    todo = "Send what the line cost (price × quantity) in the shop's currency."
    example = told.lacking.get("value", "")
    yield from _some(Finding("purchase_without_value", "error", without, told.events, example, message, todo))


def _shoppers(log: Summary, now: datetime) -> Iterator[Finding]:
    named = log.events - log.shoppers[""]
    if named < ENOUGH:
        return
    name, most = max(log.shoppers.items(), key=lambda item: item[1] if item[0] else 0)
    if most > 0.5 * named:
        message = f"One shopper has {most:,} of {named:,} events."
        todo = "A constant may stand where the shopper's id should. Profiles of one name for everybody help nobody."
        yield Finding("one_shopper", "error", most, named, name, message, todo)
    count = len(log.shoppers) - ("" in log.shoppers)
    if count > 0.95 * named:
        message = f"{count:,} shoppers for {named:,} events: nearly every event has a name of its own."
        todo = "Keep the visitor's id in a cookie, so that two events of one visitor carry the same name."
        yield Finding("new_shoppers", "error", count, named, name, message, todo)


def _times(log: Summary, now: datetime) -> Iterator[Finding]:
    if log.last is not None and log.last > now + CLOCK:
        count = log.marks["future"] or 1
        message = f"{count:,} events come from the future, the last of {log.last:%Y-%m-%d %H:%M} UTC."
        todo = "A clock is wrong, or local times were sent as UTC: send times with their offset."
        example = log.marked.get("future", "")
        yield from _some(Finding("future", "error", count, log.events, example, message, todo))
    back = log.backwards
    if len(back) > 0.05 * log.events:
        message = f"{len(back):,} events are over an hour older than one of the same shopper that came before."
        todo = "Fine for an import of several files. Otherwise send events when they happen, and check the clocks."
        yield from _some(Finding("backwards", "warning", len(back), log.events, back[0], message, todo))
    if log.midnight > 0.5 * log.events and log.events >= ENOUGH:
        message = f"{log.midnight:,} of {log.events:,} events happened at 00:00:00 sharp."
        todo = "Days were sent instead of times: sessions and the order of events are lost."
        yield Finding("midnight", "warning", log.midnight, log.events, "", message, todo)


def _gaps(log: Summary, now: datetime) -> Iterator[Finding]:
    days = sorted(log.days)
    if len(days) < 7:
        return
    missing = [day for before, after in pairwise(days) for day in _between(before, after)]
    span = (days[-1] - days[0]).days + 1
    if len(missing) < span / 2:  # a log that is mostly gaps is a sample, not a log with gaps
        example = str(missing[0]) if missing else ""
        message = f"{len(missing):,} of {span:,} days between the first and the last have no event."
        todo = "Import those days, or find out what did not record then; models take the silence for behaviour."
        yield from _some(Finding("days_missing", "warning", len(missing), span, example, message, todo))
    typical = statistics.median(log.days.values())
    weak = [day for day in days[:-1] if log.days[day] < typical / 10]
    message = f"{len(weak):,} days have less than a tenth of the usual {typical:,.0f} events."
    example = str(weak[0]) if weak else ""
    yield from _some(
        Finding("weak_days", "warning", len(weak), span, example, message, "Find out what did not record then.")
    )


def _between(before: date, after: date) -> Iterator[date]:
    day = before + timedelta(days=1)
    while day < after:
        yield day
        day += timedelta(days=1)


def _same(log: Summary, now: datetime) -> Iterator[Finding]:
    if len(log.repeated) > 0.02 * log.events and log.events >= ENOUGH:
        count = len(log.repeated)
        message = f"{count:,} of {log.events:,} events say the same as another event with another id."
        todo = "They were probably sent twice. Make the id where the event is made, and keep it when sending again."
        yield Finding("said_twice", "warning", count, log.events, log.repeated[0], message, todo)


def _unknown(log: Summary, known: Callable[[Collection[str]], Collection[str]]) -> Iterator[Finding]:
    """Products that the catalogue does not have, by their share of all that was named."""
    names = list(log.products)
    have: set[str] = set()
    for place in range(0, len(names), 10_000):
        have.update(known(names[place : place + 10_000]))
    strangers = [name for name in names if name not in have]
    count, of = sum(log.products[name] for name in strangers), log.products.total()
    level: Level = "error" if count > of / 2 else "warning"
    message = (
        f"{len(strangers):,} of {len(names):,} products are not in the catalogue ({count / max(of, 1):.0%} of all)."
    )
    todo = "Send the id that the catalogue has (not a SKU or a variant's id), and import the catalogue first."
    example = max(strangers, key=log.products.__getitem__, default="")
    yield from _some(Finding("unknown_product", level, count, of, example, message, todo))


RULES: Final[dict[str, Rule]] = {
    "no_events": _empty,
    "missing_kinds": _missing,
    "positions": _positions,
    "clicks": _clicks,
    "purchases": _purchases,
    "shoppers": _shoppers,
    "times": _times,
    "gaps": _gaps,
    "said_twice": _same,
}
