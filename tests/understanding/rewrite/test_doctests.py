"""The examples in the docstrings are true."""

from __future__ import annotations

import doctest
import importlib

import pytest

MODULES = ["answer", "breaker", "cache", "mask", "prompt"]


@pytest.mark.parametrize("name", MODULES)
def test_examples(name: str) -> None:
    done = doctest.testmod(importlib.import_module(f"shelfwise.understanding.rewrite.{name}"))
    assert done.attempted > 0
    assert done.failed == 0
