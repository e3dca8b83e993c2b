"""A real server process: says where it is, answers, logs lines of JSON, and ends in order."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from shelfwise.errors import SettingsError
from shelfwise.service.server import serve

SCRIPT = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
import fake_shop
from shelfwise.service.server import serve
shop = fake_shop.FakeShop(Path(sys.argv[2]))
serve(shop, "127.0.0.1", 0, started=lambda address: print(address, flush=True), environment={"SHELFWISE_API_KEY": "k"})
"""


def test_a_server_starts_answers_and_ends(tmp_path: Path) -> None:
    call = [sys.executable, "-c", SCRIPT, str(Path(__file__).parent), str(tmp_path / "pictures")]
    with subprocess.Popen(call, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout
        address = process.stdout.readline().strip()
        with urllib.request.urlopen(f"{address}/v1/search?q=secret-wish", timeout=10) as answer:
            assert json.load(answer)["total"] == 0
            assert "server" not in answer.headers
        request = urllib.request.Request(f"{address}/v1/products/phone-4", method="DELETE")
        with pytest.raises(urllib.error.HTTPError, match="401"):
            urllib.request.urlopen(request, timeout=10)
        process.send_signal(signal.SIGTERM)
        _, log = process.communicate(timeout=20)
    lines = [json.loads(line) for line in log.splitlines()]
    assert [line["status"] for line in lines if line["event"] == "request"] == [200, 401]
    assert "secret-wish" not in log
    assert process.returncode in (0, -signal.SIGTERM)


def test_a_taken_port_is_named(shop: Any) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(SettingsError, match=f"127.0.0.1 port {port}"):
            serve(shop, "127.0.0.1", port)


def test_an_unknown_host_is_named(shop: Any) -> None:
    with pytest.raises(SettingsError, match="no-such-host"):
        serve(shop, "no-such-host.invalid", 8000)
