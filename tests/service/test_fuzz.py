"""The API against its own OpenAPI document: whatever the document allows or forbids, no answer breaks its promise."""

from __future__ import annotations

import importlib.util
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from shelfwise.service.app import create_app

schemathesis = pytest.importorskip("schemathesis", reason="needs schemathesis (pip install 'shelfwise[dev]')")

NAME = "service_tests_fake_shop"
if NAME not in sys.modules:
    spec = importlib.util.spec_from_file_location(NAME, Path(__file__).parent / "fake_shop.py")
    assert spec and spec.loader
    sys.modules[NAME] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(sys.modules[NAME])

folder = tempfile.TemporaryDirectory(prefix="shelfwise-fuzz-")
shop = sys.modules[NAME].FakeShop(Path(folder.name))  # type: ignore[attr-defined]
app = create_app(shop, clock=time.monotonic)
schema: Any = schemathesis.openapi.from_asgi("/openapi.json", app)


# Ids may hold slashes, so paths overlap, and what a path allows depends on more than its text.
LEFT_OUT = [schemathesis.checks.unsupported_method, schemathesis.checks.allow_header_conformance]


@schema.parametrize()
@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_the_api_keeps_its_promises(case: Any) -> None:
    answer = case.call(base_url="http://127.0.0.1")
    left_out = list(LEFT_OUT)
    if answer.status_code == 414:  # documented, and neither right nor wrong by the rules for one parameter
        left_out.append(schemathesis.checks.negative_data_rejection)
    if case.path == "/v1/products/{id}" and case.method == "PUT":  # the id in the body must be the one in the path
        left_out.append(schemathesis.checks.positive_data_acceptance)
    if answer.status_code == 422 and answer.json()["error"]["field"] in {"filters", "filter"}:  # a language of its own
        left_out.append(schemathesis.checks.positive_data_acceptance)
    case.validate_response(answer, excluded_checks=left_out)
