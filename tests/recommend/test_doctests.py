"""The examples in the room's docstrings are true."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import shelfwise.recommend

MODULES = [each.name for each in pkgutil.walk_packages(shelfwise.recommend.__path__, "shelfwise.recommend.")]


@pytest.mark.parametrize("name", MODULES)
def test_examples(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0


def test_there_are_examples() -> None:
    finder = doctest.DocTestFinder()
    found = [test for name in MODULES for test in finder.find(importlib.import_module(name)) if test.examples]
    assert len(found) >= 5
