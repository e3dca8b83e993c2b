"""What an import of events came to: the counts that go along with it, and the report at its end."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import Any, Final

from shelfwise.behaviour.base import Receipt
from shelfwise.behaviour.formats.base import Entry
from shelfwise.catalog.bad_rows import refusals
from shelfwise.catalog.base import BadRow
from shelfwise.catalog.feeds.opening import is_cut

NAMES: Final = 50  # reasons of a kind that are counted by name; what comes after is "other"


@dataclass(slots=True)
class Tally:
    """Counts so far, kept with each checkpoint. `passed`, `notes` and `marks` count by name."""

    read: int = 0
    events: int = 0
    accepted: int = 0
    repeated: int = 0
    withheld: int = 0
    refused: int = 0
    passed: dict[str, int] = field(default_factory=dict)
    notes: dict[str, int] = field(default_factory=dict)
    marks: dict[str, int] = field(default_factory=dict)
    bad: list[BadRow] = field(default_factory=list)
    bad_bytes: int = 0
    cut: bool = False
    people: int = 0
    merged: int = 0

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Tally:
        """The tally that `dataclasses.asdict` wrote."""
        return cls(**data | {"bad": [BadRow(**row) for row in data["bad"]]})

    def take(self, entry: Entry) -> None:
        """Count what a row came to."""
        self.read += 1
        self.events += len(entry.events)
        self.refused += len(entry.bad)
        self.cut = self.cut or any(is_cut(bad) for bad in entry.bad)
        if entry.passed is not None:
            _count(self.passed, entry.passed[:60] or "nothing")
        for note in entry.notes:
            _count(self.notes, note)
        self.people += entry.person is not None

    def receive(self, receipt: Receipt) -> None:
        """Count what became of events."""
        self.accepted += receipt.accepted
        self.repeated += receipt.repeated
        self.withheld += receipt.withheld
        for mark, count in receipt.marks.items():
            self.marks[mark] = self.marks.get(mark, 0) + count


def _count(counts: dict[str, int], name: str) -> None:
    key = name if name in counts or len(counts) < NAMES else "other"
    counts[key] = counts.get(key, 0) + 1


@dataclass(frozen=True, slots=True)
class EventReport:
    """The result of an import.

    read: rows. events: what they said. accepted, repeated, withheld: as in a receipt. refused: rows, or single
    events of rows, that cannot be used; `bad` has the first of them and `bad_file` all, one JSON object a line.
    passed: good rows that say nothing here, by the name of their action. marks: what was taken and looks odd.
    complete is False when the file is cut off. merged: events that were a visitor's and are a customer's now.
    """

    run: int
    file: str
    format: str
    read: int
    events: int
    accepted: int
    repeated: int
    withheld: int
    refused: int
    merged: int
    complete: bool
    resumed_after: int
    passed: dict[str, int]
    marks: dict[str, int]
    notes: tuple[str, ...] = ()
    bad: tuple[BadRow, ...] = ()
    bad_file: str | None = None

    def to_json(self) -> dict[str, Any]:
        """The report as JSON values."""
        return dataclasses.asdict(self)

    def __str__(self) -> str:
        """The report for people, one line a fact."""
        counts = ("accepted", "repeated", "withheld", "refused")
        told = ", ".join(f"{getattr(self, name):,} {name}" for name in counts)
        lines = [f"{self.file} ({self.format}): {self.read:,} rows with {self.events:,} events: {told}", *self.notes]
        if self.passed:
            names = sorted(self.passed.items(), key=lambda item: (-item[1], item[0]))
            lines.append("Passed over, no events here: " + ", ".join(f"{name} {count:,}" for name, count in names))
        if self.marks:
            marks = sorted(self.marks.items())
            lines.append("Taken, but odd: " + ", ".join(f"{mark} {count:,}" for mark, count in marks))
        return "\n".join([*lines, *refusals(self.bad, self.refused, self.bad_file, "field")])


def report(tally: Tally, *, run: int, file: str, format: str, resumed_after: int, bad_file: str | None) -> EventReport:
    """The report of a finished import, with notes on what its owner should know."""
    names = ("read", "events", "accepted", "repeated", "withheld", "refused", "merged", "passed", "marks")
    return EventReport(
        run=run,
        file=file,
        format=format,
        **{name: getattr(tally, name) for name in names},
        complete=not tally.cut,
        resumed_after=resumed_after,
        notes=tuple(_notes(tally, resumed_after)),
        bad=tuple(tally.bad),
        bad_file=bad_file if tally.refused else None,
    )


def _notes(tally: Tally, resumed_after: int) -> list[str]:
    notes = [f"{note} ({count:,} times)" for note, count in sorted(tally.notes.items())]
    if tally.cut:
        notes.append("The file is cut off or damaged: the rows before that place went in.")
    if resumed_after:
        notes.append(f"Resumed after row {resumed_after:,} of an import that was interrupted.")
    if tally.merged:
        notes.append(f"{tally.merged:,} events of anonymous visitors are their customers' now.")
    elif tally.people:
        notes.append(f"{tally.people:,} rows name a visitor and a customer; --merge makes their events one shopper's.")
    if not tally.read:
        notes.append("The file has no row.")
    return notes
