"""What an import did: counted while it runs, and told when it has finished."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from shelfwise.catalog.bad_rows import refusals
from shelfwise.catalog.base import BadRow

ImportMode: TypeAlias = Literal["upsert", "patch", "replace", "delete"]
SHOWN = 20  # bad rows and repeated ids that a report names; the rest is in its file


@dataclass(slots=True)
class Tally:
    """Counts so far; kept with each checkpoint, so that a resumed import goes on counting.

    `bad_bytes` is how much of the file of bad rows belongs to rows before the checkpoint; `before` is how many
    products there were when the import began.
    """

    read: int = 0
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    deleted: int = 0
    refused: int = 0
    duplicates: int = 0
    before: int = 0
    bad_bytes: int = 0
    bad: list[BadRow] = field(default_factory=list)
    repeated: list[str] = field(default_factory=list)
    cut: bool = False

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Tally:
        """The tally that `dataclasses.asdict` wrote."""
        return cls(**data | {"bad": [BadRow(**row) for row in data["bad"]]})


@dataclass(frozen=True, slots=True)
class ImportReport:
    """The result of an import.

    read: rows of the feed. added, changed, unchanged, deleted: products. refused: rows (or single variants) that
    could not be used; `bad` has the first of them and `bad_file` all, one JSON object a line. duplicates: rows whose
    id came before in the same feed (the last one counts). complete is False when the feed is cut off.
    """

    run: int
    feed: str
    format: str
    mode: ImportMode
    read: int
    added: int
    changed: int
    unchanged: int
    deleted: int
    refused: int
    duplicates: int
    complete: bool
    resumed_after: int
    bad: tuple[BadRow, ...] = ()
    bad_file: str | None = None
    notes: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The report as JSON values."""
        return dataclasses.asdict(self)

    def __str__(self) -> str:
        """The report for people, one line a fact."""
        counts = ("read", "added", "changed", "unchanged", "deleted", "refused")
        lines = [f"{self.feed} ({self.format}, {self.mode}): "]
        lines[0] += ", ".join(f"{getattr(self, name):,} {name}" for name in counts)
        lines += self.notes
        return "\n".join([*lines, *refusals(self.bad, self.refused, self.bad_file)])


def report(
    tally: Tally, *, run: int, feed: str, format: str, mode: ImportMode, resumed_after: int, bad_file: str | None
) -> ImportReport:
    """The report of a finished import."""
    notes = []
    if tally.cut:
        notes.append("The feed is cut off or damaged: the rows before that place went in, nothing was deleted.")
    if tally.duplicates:
        names = ", ".join(tally.repeated)
        notes.append(f"{tally.duplicates:,} rows repeat an id of the same feed; the last one counts: {names}.")
    if resumed_after:
        notes.append(f"Resumed after row {resumed_after:,} of an import that was interrupted.")
    if not tally.read:
        notes.append("The feed has no row.")
    counts = ("read", "added", "changed", "unchanged", "deleted", "refused", "duplicates")
    return ImportReport(
        run=run,
        feed=feed,
        format=format,
        mode=mode,
        **{name: getattr(tally, name) for name in counts},
        complete=not tally.cut,
        resumed_after=resumed_after,
        bad=tuple(tally.bad),
        bad_file=bad_file if tally.refused else None,
        notes=tuple(notes),
    )
