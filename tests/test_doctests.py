"""The examples in all docstrings are true."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
from importlib.util import find_spec
from types import ModuleType

import pytest

import shelfwise

MODULES = sorted(each.name for each in pkgutil.walk_packages(shelfwise.__path__, "shelfwise."))
TRAINS = ("shelfwise.training.", "shelfwise.understanding.tagging.network")  # need the extra `train`
FEWEST = {"evaluation": 8, "understanding": 60, "training": 3, "behaviour": 8, "recommend": 8}  # examples in a room


def imported(name: str) -> ModuleType:
    if name.startswith(TRAINS):
        pytest.importorskip("sentence_transformers", reason="needs the extra `train`")
    return importlib.import_module(name)


@pytest.mark.parametrize("name", [name for name in MODULES if not name.endswith((".env", "__main__"))])
def test_examples(name: str) -> None:
    assert doctest.testmod(imported(name)).failed == 0


@pytest.mark.parametrize(("room", "fewest"), FEWEST.items())
def test_there_are_examples(room: str, fewest: int) -> None:
    if room == "training":
        pytest.importorskip("sentence_transformers", reason="needs the extra `train`")
    finder, found = doctest.DocTestFinder(), 0
    for name in MODULES:
        if name.startswith(f"shelfwise.{room}.") and (find_spec("torch") or not name.startswith(TRAINS)):
            found += sum(bool(test.examples) for test in finder.find(importlib.import_module(name)))
    assert found >= fewest
