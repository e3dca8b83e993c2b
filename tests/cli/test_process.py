"""The command as people run it: a process of its own."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

CALL = [sys.executable, "-m", "shelfwise.cli"]


def test_json_alone_is_on_standard_output(shop: Path) -> None:
    done = subprocess.run(
        [*CALL, "index", "--shop", str(shop), "--json"], capture_output=True, text=True, check=True, timeout=120
    )
    assert json.loads(done.stdout)["products"] == 6


def test_a_failure_says_so_on_standard_error() -> None:
    done = subprocess.run(
        [*CALL, "search", "x", "--shop", "no/such"], capture_output=True, text=True, check=False, timeout=120
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("Error: no/such is not a shop")


def test_help_loads_no_engine() -> None:
    heavy = {"faiss", "onnxruntime", "fastapi", "sqlalchemy"}
    code = f"import sys, shelfwise.cli.main; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_serve_answers_and_ends_in_order(shop: Path, stop: signal.Signals) -> None:
    call = [*CALL, "serve", "--shop", str(shop), "--port", "0"]
    with subprocess.Popen(call, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            line = process.stdout.readline()
            address = line.rsplit(" at ", 1)[1].strip()
            assert line.startswith("Corner [shop] is open at http://127.0.0.1:")
            with urllib.request.urlopen(f"{address}/v1/search?q=lamp", timeout=30) as answer:
                assert json.load(answer)["total"] == 2
        finally:
            process.send_signal(stop)
            try:
                _, told = process.communicate(timeout=30)
            finally:
                process.kill()
    assert process.returncode == 0
    assert "Traceback" not in told
