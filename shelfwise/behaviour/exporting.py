"""From the log into files that others read."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shelfwise.behaviour.base import Logged
from shelfwise.behaviour.formats.base import EventFormat
from shelfwise.database.engine import disk_errors
from shelfwise.storage import replacing
from shelfwise.types import Event


@dataclass(frozen=True, slots=True)
class ExportReport:
    """What was written. left_out: events of kinds that the format has no name for, by kind."""

    file: str
    format: str
    written: int
    left_out: dict[str, int]

    def to_json(self) -> dict[str, Any]:
        """The report as JSON values."""
        return dataclasses.asdict(self)

    def __str__(self) -> str:
        """The report for people."""
        lines = [f"{self.file} ({self.format}): {self.written:,} events written"]
        if self.left_out:
            kinds = ", ".join(f"{kind} {count:,}" for kind, count in sorted(self.left_out.items()))
            lines.append(f"Left out, the format has no name for them: {kinds}")
        return "\n".join(lines)


def anonymised(event: Event) -> Event:
    """An event without what tells the shopper: no name, no properties (a session is one), no review's words."""
    text = None if event.kind == "review" else event.text
    return dataclasses.replace(event, shopper="", consent="anonymous", properties={}, text=text)


def export_events(
    batches: Iterable[Sequence[Logged]], path: Path, format: EventFormat, *, anonymous: bool = False
) -> ExportReport:
    """Write a log's events into a file, whole or not at all. Raises StorageError when the disk refuses."""
    written: Counter[str] = Counter()
    left_out: Counter[str] = Counter()

    def chosen() -> Iterator[Event]:
        for batch in batches:
            for logged in batch:
                event = logged.event
                if event.kind not in format.writes:
                    left_out[event.kind] += 1
                    continue
                if anonymous and event.kind == "review" and event.value is None:
                    left_out[event.kind] += 1  # nothing is left of it without its words
                    continue
                written[event.kind] += 1
                yield anonymised(event) if anonymous else event

    with disk_errors(path), replacing(path) as file:
        file.writelines(format.write(chosen()))
    return ExportReport(str(path), format.name, written.total(), dict(left_out))
