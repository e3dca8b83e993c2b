from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from shelfwise.behaviour.formats import template


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """A file of events."""
    file = tmp_path / "events.jsonl"
    file.write_text(template("jsonl"), "utf-8")
    return file


def test_in_and_out_again(
    cli: Callable[..., Result], parsed: Callable[..., Any], shop: Path, log: Path, tmp_path: Path
) -> None:
    report = parsed("events", "import", log, "--shop", shop)
    assert (report["format"], report["accepted"], report["refused"]) == ("jsonl", 11, 0)
    assert parsed("events", "stats", "--shop", shop)["kinds"]["click"] == 1
    out = tmp_path / "out.jsonl"
    assert parsed("events", "export", out, "--shop", shop)["written"] == 11
    again = parsed("events", "import", out, "--shop", shop)
    assert (again["accepted"], again["repeated"]) == (0, 11)
    folder = tmp_path / "parquet"
    assert parsed("events", "export", folder, "--shop", shop, "--format", "parquet")["written"] == 11
    assert parsed("events", "export", folder, "--shop", shop, "--format", "parquet")["written"] == 0
    told = cli("events", "stats", "--shop", shop)
    assert "events: 11" in told.stdout


def test_good_rows_go_in_and_the_status_tells_when_none_did(
    cli: Callable[..., Result], empty: Path, tmp_path: Path
) -> None:
    file = tmp_path / "log.csv"
    file.write_text("kind,shopper,time,product\nview,a,2026-01-01,p1\nlook,a,2026-01-01,p1\n", "utf-8")
    done = cli("events", "import", file, "--shop", empty)
    assert done.exit_code == 0
    assert "log.csv, row 3, field kind: found look; expected a kind of event" in done.stdout
    file.write_text("kind,shopper,time,product\nlook,a,2026-01-01,p1\n", "utf-8")
    assert cli("events", "import", file, "--shop", empty, "--mapping", mapping(tmp_path)).exit_code == 1


def mapping(folder: Path) -> Path:
    file = folder / "mapping.toml"
    file.write_text('[fields]\nkind = "kind"\nshopper = "shopper"\ntime = "time"\nproduct = "product"\n', "utf-8")
    return file


def test_a_guess_is_printed_and_says_what_is_missing(cli: Callable[..., Result], empty: Path, tmp_path: Path) -> None:
    file = tmp_path / "log.csv"
    file.write_text("user,when\na,2026-01-01\n", "utf-8")
    done = cli("events", "import", file, "--shop", empty, "--guess")
    assert (done.exit_code, done.stdout) == (0, 'timezone = "UTC"\n\n[fields]\nshopper = "user"\n')
    assert "No column looks like: kind, time." in done.stderr
    failed = cli("events", "import", file, "--shop", empty)
    assert failed.exit_code == 1
    assert "no column is known to be the event's kind" in failed.stderr


def test_a_template_is_a_file_and_its_guide_is_apart(cli: Callable[..., Result]) -> None:
    done = cli("events", "template", "ubi")
    assert all(json.loads(line) for line in done.stdout.splitlines())
    assert "Which events to send, and from where" in done.stderr
    assert "expected one of ubi, google" in cli("events", "template", "xml").stderr


def test_check_fails_on_an_error_and_says_what_to_do(
    cli: Callable[..., Result], parsed: Callable[..., Any], shop: Path, log: Path
) -> None:
    done = cli("events", "check", "--shop", shop)
    assert done.exit_code == 1
    assert "error no_events: The log has no event." in done.stdout
    log.write_text(log.read_text("utf-8").replace('"p2"', '"p1"'), "utf-8")
    parsed("events", "import", log, "--shop", shop)
    done = cli("events", "check", "--shop", shop, "--json")
    report = json.loads(done.stdout)
    assert done.exit_code == 0
    assert (report["findings"], report["bots"]) == ([], [])
    assert "unknown_product" in report["rules"]


def test_merged_visitors_get_the_credit(
    cli: Callable[..., Result], parsed: Callable[..., Any], shop: Path, tmp_path: Path
) -> None:
    file = tmp_path / "segment.jsonl"
    file.write_text(template("segment").replace("CNY", "EUR"), "utf-8")
    parsed("events", "import", file, "--shop", shop)
    before = parsed("events", "attribution", "--shop", shop)
    parsed("events", "import", file, "--shop", shop, "--merge")
    after = parsed("events", "attribution", "--shop", shop, "--model", "first", "--window", "1h")
    assert (before["unattributed"]["purchases"], after["unattributed"]["purchases"]) == (2.0, 1.0)
    assert after["placements"] == {"search": {"purchases": 1.0, "revenue": 599.0}}
    assert after["queries"] == {"wireless headphones": {"purchases": 1.0, "revenue": 599.0}}
    told = cli("events", "attribution", "--shop", shop)
    assert "2 purchases, 698.00 EUR; last click within 7d" in told.stdout


def test_sessions(cli: Callable[..., Result], parsed: Callable[..., Any], shop: Path, log: Path) -> None:
    parsed("events", "import", log, "--shop", shop)
    assert parsed("events", "sessions", "--shop", shop, "--gap", "1h")["sessions"] == 4
    assert "with search" in cli("events", "sessions", "--shop", shop).stdout
    wrong = cli("events", "sessions", "--shop", shop, "--gap", "soon")
    assert wrong.exit_code == 2
    assert "expected a time such as 30m, 12h or 7d" in wrong.stderr


@pytest.mark.data("ubi")
def test_the_real_ubi_file(parsed: Callable[..., Any], shop: Path, data: Path) -> None:
    path = data / "ubi_queries_events.ndjson"
    report = parsed("events", "import", path, "--shop", shop)
    assert (report["read"], report["events"], report["accepted"], report["refused"]) == (3921, 3598, 3304, 0)
    again = parsed("events", "import", path, "--shop", shop)
    assert (again["accepted"], again["repeated"]) == (0, 3598)
