"""What all tests share: where the real data is, and what a test needs to run."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

ROOT = Path(__file__).resolve().parents[1]
DATA = Path(os.environ.get("SHELFWISE_DATA", ROOT.parent / "shared" / "data"))
SOURCES = {
    "icecat": "Icecat open catalogue as packaged by Chorus (github.com/querqy/chorus)",
    "titles_zh": "Chinese product titles with graded queries",
    "queries_zh": "Chinese shopping queries",
    "toys": "toys, instruments and kindle products, Apache-2.0",
    "retail_demo": "fictional retail demo catalogue, MIT-0",
    "ubi": "User Behavior Insights sample events (github.com/o19s/ubi)",
    "pictures": "fashion product photos",
}


@pytest.fixture(autouse=True)
def _logs_of_its_own() -> Iterator[None]:
    """A test that sets up logging, to a stream that is closed after it, does so for itself alone."""
    yield
    structlog.reset_defaults()


@pytest.fixture
def data(request: pytest.FixtureRequest) -> Path:
    """The folder named by the test's `data` mark; the test is skipped, and says why, where it is missing."""
    mark = request.node.get_closest_marker("data")
    if mark is None:
        raise pytest.UsageError(f"{request.node.name} uses the fixture `data` without @pytest.mark.data(name)")
    name = mark.args[0]
    folder = DATA / name
    if not folder.is_dir():
        pytest.skip(f"needs {name} in SHELFWISE_DATA; published as: {SOURCES.get(name, name)}")
    return folder
