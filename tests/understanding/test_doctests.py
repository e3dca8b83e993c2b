"""The examples in the room's docstrings, and in those of what uses it, are true."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
from importlib.util import find_spec

import pytest

import shelfwise.understanding as room

USED_BY = ["shelfwise.answering", "shelfwise.understander", "shelfwise.retrieval.wishes", "shelfwise.retrieval.plan"]
MODULES = [each.name for each in pkgutil.walk_packages(room.__path__, f"{room.__name__}.")] + USED_BY
TRAINS = {"shelfwise.understanding.tagging.network"}  # needs the extra `train`
HERE = [name for name in MODULES if name not in TRAINS or find_spec("torch") is not None]


@pytest.mark.parametrize("name", MODULES)
def test_examples(name: str) -> None:
    if name in TRAINS:
        pytest.importorskip("torch", reason="needs the extra `train`")
    assert doctest.testmod(importlib.import_module(name)).failed == 0


def test_there_are_examples() -> None:
    finder = doctest.DocTestFinder()
    found = [test for name in HERE for test in finder.find(importlib.import_module(name)) if test.examples]
    assert len(found) >= 60
