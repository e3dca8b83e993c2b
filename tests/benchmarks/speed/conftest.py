"""The benchmarks are scripts beside the package: tests reach them from the root of the checkout."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from benchmarks.speed.feed import write_feed
from benchmarks.speed.workload import Catalogue

PRODUCTS, DIM = 400, 16


@pytest.fixture(scope="session")
def feed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_feed(tmp_path_factory.mktemp("feed"), Catalogue(PRODUCTS, DIM, seed=3), {"tune": 5, "ask": 12})
