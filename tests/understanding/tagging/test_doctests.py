"""The examples in the folder's docstrings are true."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import shelfwise.understanding.tagging as folder

MODULES = [each.name for each in pkgutil.iter_modules(folder.__path__, "shelfwise.understanding.tagging.")]


@pytest.mark.parametrize("name", MODULES)
def test_examples(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0
