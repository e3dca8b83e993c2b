"""The examples in the docstrings of models are true."""

from __future__ import annotations

import doctest
import importlib

import pytest

MODULES = ["card", "store"]


@pytest.mark.parametrize("name", MODULES)
def test_examples(name: str) -> None:
    done = doctest.testmod(importlib.import_module(f"shelfwise.language.models.{name}"))
    assert done.attempted > 0
    assert done.failed == 0
