from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from shelfwise.behaviour.base import Logged, Receipt
from shelfwise.behaviour.exporting import anonymised, export_events
from shelfwise.behaviour.formats import format_of
from shelfwise.behaviour.importing import TRIES, import_events
from shelfwise.behaviour.parquet import cursor_of, export_parquet, read_parquet
from shelfwise.errors import BusyError, InputError, StorageError
from shelfwise.types import Event
from tests.behaviour.times import AT, click, minutes


class Log:
    """A log in memory: an id counts once."""

    def __init__(self, breaks_after: int = 10**9) -> None:
        self.events: dict[str, Event] = {}
        self.calls = 0
        self.breaks_after = breaks_after

    def append(self, events: Sequence[Event]) -> Receipt:
        self.calls += 1
        if self.calls > self.breaks_after:
            raise StorageError("disk full")
        fresh = [event for event in events if event.id not in self.events]
        self.events |= {event.id: event for event in fresh}
        new = len({event.id for event in fresh})
        return Receipt(new, len(events) - new, marks={"late": new})


def file_of(folder: Path, count: int, bad: Sequence[int] = ()) -> Path:
    path = folder / "events.jsonl"
    lines = [
        json.dumps(
            {
                "id": f"e{i}",
                "kind": "click",
                "shopper": "a",
                "time": "2026-01-01T00:00:00Z",
                "product": "" if i in bad else f"p{i}",
            }
        )
        for i in range(count)
    ]
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def test_good_rows_go_in_and_refusals_are_written(tmp_path: Path) -> None:
    log, reports = Log(), tmp_path / "reports"
    report = import_events(log.append, file_of(tmp_path, 10, bad=[3]), format_of("jsonl"), reports=reports, batch=4)
    assert (report.read, report.events, report.accepted, report.refused, report.complete) == (10, 9, 9, 1, True)
    assert report.marks == {"late": 9}
    assert report.bad_file is not None
    told = json.loads(Path(report.bad_file).read_text("utf-8"))
    assert told == {
        "file": "events.jsonl",
        "row": 4,
        "column": "product",
        "found": "nothing",
        "expected": "the product of a click",
    }
    assert "events.jsonl, row 4, field product: found nothing" in str(report)
    assert json.loads((reports / "events-000001.json").read_text("utf-8")) == json.loads(json.dumps(report.to_json()))


def test_an_import_run_twice_counts_once(tmp_path: Path) -> None:
    log, path = Log(), file_of(tmp_path, 5)
    import_events(log.append, path, format_of("jsonl"), reports=tmp_path / "reports")
    again = import_events(log.append, path, format_of("jsonl"), reports=tmp_path / "reports")
    assert (again.run, again.accepted, again.repeated, len(log.events)) == (2, 0, 5, 5)


def test_an_interrupted_import_goes_on_and_reports_the_whole(tmp_path: Path) -> None:
    path, reports = file_of(tmp_path, 20, bad=[2, 18]), tmp_path / "reports"
    broken = Log(breaks_after=2)
    with pytest.raises(StorageError):
        import_events(broken.append, path, format_of("jsonl"), reports=reports, batch=4)
    broken.breaks_after = 10**9
    report = import_events(broken.append, path, format_of("jsonl"), reports=reports, batch=4)
    assert (report.read, report.accepted, report.repeated, report.refused) == (20, 18, 0, 2)
    assert report.resumed_after == 9
    assert len(Path(str(report.bad_file)).read_text("utf-8").splitlines()) == 2
    assert list(reports.glob("*.checkpoint")) == []


def test_another_content_or_mapping_begins_anew(tmp_path: Path) -> None:
    path, reports = file_of(tmp_path, 20), tmp_path / "reports"
    for options in ("a", "b"):
        with pytest.raises(StorageError):
            import_events(Log(2).append, path, format_of("jsonl"), reports=reports, batch=4, options=options)
    report = import_events(Log().append, path, format_of("jsonl"), reports=reports, options="c")
    assert (report.resumed_after, report.accepted, report.run) == (0, 20, 3)


def test_a_busy_log_is_waited_for(tmp_path: Path) -> None:
    log, waited = Log(), []

    def busy(events: Sequence[Event]) -> Receipt:
        if len(waited) < 3:
            raise BusyError("busy", seconds=0.5)
        return log.append(events)

    report = import_events(busy, file_of(tmp_path, 5), format_of("jsonl"), sleep=waited.append)
    assert (report.accepted, waited) == (5, [0.5, 0.5, 0.5])

    def always(events: Sequence[Event]) -> Receipt:
        raise BusyError("busy", seconds=0.5)

    waited.clear()
    with pytest.raises(BusyError):
        import_events(always, file_of(tmp_path, 5), format_of("jsonl"), sleep=waited.append)
    assert len(waited) == TRIES


def test_the_events_of_one_row_are_one_batch(tmp_path: Path) -> None:
    path = tmp_path / "s.jsonl"
    call = {"type": "track", "event": "Product Viewed", "anonymousId": "a", "timestamp": "2026-01-01T00:00:00Z"}
    batch = [call | {"messageId": f"m{i}", "properties": {"product_id": "p"}} for i in range(10)]
    path.write_text(json.dumps({"batch": batch}) + "\n" + json.dumps({"batch": batch}) + "\n", "utf-8")
    log = Log()
    report = import_events(log.append, path, format_of("segment"), batch=3)
    assert (log.calls, report.accepted, report.repeated) == (2, 10, 10)


def test_visitors_become_customers_where_it_is_sure(tmp_path: Path) -> None:
    path = tmp_path / "s.jsonl"
    pairs = [("v1", "c1"), ("v1", "c1"), ("v2", "c2"), ("v2", "c3"), ("v4", "c4")]
    rows = [{"type": "identify", "anonymousId": visitor, "userId": customer} for visitor, customer in pairs]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    merged = []

    def merge(visitor: str, customer: str) -> int:
        if visitor == "v4":
            raise InputError("another customer's already")
        merged.append((visitor, customer))
        return 7

    report = import_events(Log().append, path, format_of("segment"), merge=merge)
    assert (merged, report.merged) == ([("v1", "c1")], 7)
    told = import_events(Log().append, path, format_of("segment"))
    assert told.notes == ("5 rows name a visitor and a customer; --merge makes their events one shopper's.",)


# --- out again -----------------------------------------------------------------------------------------------


def logged(events: Sequence[Event]) -> list[list[Logged]]:
    return [[Logged(number, event, AT, frozenset({"late"}))] for number, event in enumerate(events, 1)]


SHOPPING = [
    click("1", "a", "p1", 0),
    Event("2", "review", "a", minutes(24 * 60), product="p1", text="Private words.", value=4),
    Event("3", "impression", "", minutes(3), slate=("p1", "p2"), position=1, consent="anonymous"),
    Event("4", "review", "b", minutes(5), product="p1", text="More."),
    Event("5", "view", "b", minutes(6), product="p1", properties={"a": True, "b": 2.5, "c": ("x", "y"), "d": "e"}),
]


def test_export_into_a_file_says_what_it_left_out(tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    report = export_events(logged(SHOPPING), out, format_of("google"))
    assert (report.written, report.left_out) == (1, {"click": 1, "review": 2, "impression": 1})
    assert "Left out, the format has no name for them: click 1, impression 1, review 2" in str(report)


def test_an_anonymous_export_names_nobody(tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    report = export_events(logged(SHOPPING), out, format_of("jsonl"), anonymous=True)
    text = out.read_text("utf-8")
    assert (report.written, report.left_out) == (4, {"review": 1})
    assert not any(word in text for word in ('"a"', '"b"', "rivate", "More", "properties"))
    found = [event for entry in format_of("jsonl").read(out) for event in entry.events]
    assert found == [anonymised(event) for event in SHOPPING if event.id != "4"]


def test_a_failing_export_leaves_the_old_file(tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    out.write_text("old", "utf-8")

    def breaks() -> Sequence[Sequence[Logged]]:
        yield logged(SHOPPING)[0]  # type: ignore[misc]
        raise StorageError("gone")

    with pytest.raises(StorageError):
        export_events(breaks(), out, format_of("jsonl"))
    assert [(file.name, file.read_text("utf-8")) for file in tmp_path.iterdir()] == [("out.jsonl", "old")]


def test_parquet_goes_on_and_is_read_back(tmp_path: Path) -> None:
    folder, batches = tmp_path / "out", logged(SHOPPING)
    first = export_parquet(batches[:2], folder)
    assert (first.written, first.cursor, cursor_of(folder)) == (2, 2, 2)
    export_parquet(batches[2:], folder)
    assert sorted(path.name for path in folder.iterdir()) == ["day=2026-01-01", "day=2026-01-02", "export.json"]
    assert sorted(read_parquet(folder), key=lambda event: event.id) == SHOPPING
    with pytest.raises(InputError, match="found an export with shoppers"):
        cursor_of(folder, anonymous=True)


def test_a_parquet_part_that_was_written_before_a_crash_is_written_again(tmp_path: Path) -> None:
    folder, [first, *later] = tmp_path / "out", logged(SHOPPING)
    export_parquet([first], folder)
    state = (folder / "export.json").read_bytes()
    export_parquet([[each for batch in later for each in batch]], folder)
    (folder / "export.json").write_bytes(state)  # as if it had died before the cursor moved
    export_parquet([[each for batch in later for each in batch]], folder)
    assert sorted(read_parquet(folder), key=lambda event: event.id) == SHOPPING
