"""Most of these tests train; without the extra `train` those that need no PyTorch are collected, and it is said."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest

HERE = Path(__file__).parent
NEEDED = ("torch", "sentence_transformers", "peft", "datasets")
WITHOUT = ("data", "test_rankings.py", "test_searching.py")  # need no PyTorch
MISSING = [name for name in NEEDED if find_spec(name) is None]


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    place = collection_path.relative_to(HERE).parts if collection_path.is_relative_to(HERE) else ()
    return True if MISSING and place and place[0] not in WITHOUT else None


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if MISSING:
        terminalreporter.write_line(f"tests/training: only {', '.join(WITHOUT)}; the rest needs the extra `train`.")
