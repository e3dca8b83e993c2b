"""The examples in the docstrings are true."""

from __future__ import annotations

import doctest
import importlib

import pytest

MODULES = ["features", "scope", "softmax"]


@pytest.mark.parametrize("name", MODULES)
def test_examples(name: str) -> None:
    done = doctest.testmod(importlib.import_module(f"shelfwise.understanding.intent.{name}"))
    assert done.attempted > 0
    assert done.failed == 0
