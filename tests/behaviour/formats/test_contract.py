"""What every format of events keeps to."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shelfwise.behaviour.formats import FORMATS, format_of
from shelfwise.behaviour.formats.base import Entry, EventFormat, Reading, id_of
from shelfwise.errors import FeedError
from shelfwise.types import Event
from tests.behaviour.formats.strategies import events

NAMES = [name for name in FORMATS if format_of(name).writes]
TIME = datetime(2026, 1, 1, 9, 30, tzinfo=UTC)
ONE_FOLDER = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=30, deadline=None
)


def written(folder: Path, format: EventFormat, given: list[Event], suffix: str = "") -> Path:
    path = folder / f"events.{'csv' if format.name == 'csv' else 'jsonl'}{suffix}"
    content = b"".join(format.write(given))
    path.write_bytes(gzip.compress(content) if suffix == ".gz" else content)
    return path


def read(format: EventFormat, path: Path, start: int = 0) -> tuple[list[Event], list[Entry]]:
    entries = list(format.read(path, start))
    return [event for entry in entries for event in entry.events], entries


@pytest.mark.parametrize("name", NAMES)
@ONE_FOLDER
@given(data=st.data())
def test_what_is_written_is_read_back(name: str, tmp_path: Path, data: st.DataObject) -> None:
    format = format_of(name)
    given = data.draw(st.lists(events(tuple(sorted(format.writes))), max_size=6))
    found, entries = read(format, written(tmp_path, format, given))
    assert [entry for entry in entries if entry.bad] == []
    assert found == [part for event in given for part in format.parts(event)]


@pytest.mark.parametrize("name", NAMES)
@ONE_FOLDER
@given(data=st.data())
def test_reading_goes_on_after_any_row(name: str, tmp_path: Path, data: st.DataObject) -> None:
    format = format_of(name)
    given = data.draw(st.lists(events(tuple(sorted(format.writes))), min_size=2, max_size=6))
    path = written(tmp_path, format, given)
    whole = list(format.read(path))
    place = data.draw(st.integers(0, len(whole) - 1))
    assert list(format.read(path, whole[place].number)) == whole[place + 1 :]


@pytest.mark.parametrize("name", NAMES)
def test_ids_are_made_from_the_row(name: str, tmp_path: Path) -> None:
    given = [Event("1", "view", "ann", TIME, product="p1"), Event("2", "view", "bob", TIME, product="p1")]
    format = format_of(name)
    path = written(tmp_path, format, given)
    text = path.read_text("utf-8")
    for each in ('"event_id":"1",', '"event_id":"2",', '"event_id":{"text":["1"]}', '"event_id":{"text":["2"]}'):
        text = text.replace(each, "" if each.endswith(",") else '"z":{"text":["z"]}')
    for id in "12":
        text = text.replace(f',"_id":"{id}"', "").replace(f'"messageId":"{id}",', "").replace(f'"id":"{id}",', "")
        text = text.replace(f"\n{id},view", "\n,view")
    path.write_text(text, "utf-8")
    first, again = read(format, path)[0], read(format, path)[0]
    assert [event.id for event in first] == [event.id for event in again]
    assert len({event.id for event in first} - {"1", "2"}) == 2


@pytest.mark.parametrize("name", NAMES)
def test_compressed_and_cut_off(name: str, tmp_path: Path) -> None:
    format = format_of(name)
    given = [Event(id_of(i), "view", id_of("s", i), TIME, product=id_of("p", i)) for i in range(2000)]
    path = written(tmp_path, format, given, ".gz")
    assert read(format, path)[0] == given
    path.write_bytes(path.read_bytes()[:-20_000])
    found, entries = read(format, path)
    assert 0 < len(found) < 2000
    assert found == given[: len(found)]
    assert entries[-1].bad[0].found.startswith("the file is cut off")


@pytest.mark.parametrize("name", [name for name in NAMES if name != "csv"])
@pytest.mark.parametrize("row", ["{", "[1]", "7", "null", '"a"', "\xff{}"])
def test_a_row_that_is_no_object_is_refused_and_reading_goes_on(name: str, row: str, tmp_path: Path) -> None:
    format = format_of(name)
    given = [Event(str(i), "view", "ann", TIME, product="p1") for i in range(2)]
    path = written(tmp_path, format, given)
    path.write_bytes(row.encode("latin-1") + b"\n" + path.read_bytes())
    found, entries = read(format, path)
    assert found == given
    assert [(entry.number, bad.row, bad.expected) for entry in entries for bad in entry.bad] == [
        (1, 1, "one JSON object a line")
    ]


ANY = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@pytest.mark.parametrize("name", NAMES)
@ONE_FOLDER
@given(data=st.data())
def test_whatever_stands_in_a_row_it_is_taken_refused_or_passed_over(
    name: str, tmp_path: Path, data: st.DataObject
) -> None:
    """A good row with some values replaced by others, of any type."""
    format = format_of(name, reading=Reading(consent="anonymous"))
    if format.name == "csv":
        return
    event = data.draw(events(tuple(sorted(format.writes))))
    rows = [orjson.loads(line) for line in format.write([event])]

    def changed(value: Any) -> Any:
        if data.draw(st.integers(0, 9)) == 0:
            return data.draw(ANY)
        if isinstance(value, dict):
            return {key: changed(each) for key, each in value.items()}
        return [changed(each) for each in value] if isinstance(value, list) else value

    path = tmp_path / "events.jsonl"
    path.write_bytes(b"".join(line for row in rows if (line := dumped(changed(row)))))
    try:
        for entry in format.read(path):
            assert all(len(bad.found) <= 200 for bad in entry.bad)
    except FeedError as error:  # a table, when its row no longer tells which column is what
        assert "no column is known" in error.message


def dumped(value: Any) -> bytes:
    try:
        return orjson.dumps(value) + b"\n"
    except (TypeError, orjson.JSONEncodeError):
        return b""
