"""Builds the API reference of every module: `python docs/build.py FOLDER`. A warning is an error.

pdoc shows only what stands in a package's `__all__`, so the modules are named one by one; and it does not call a
module's `__getattr__`, so the names that are loaded late are loaded first.
"""

from __future__ import annotations

import pkgutil
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

import pdoc

import shelfwise

SKIPPED = (  # run by Alembic and Python, not imported
    "shelfwise.database.migrating",
    "shelfwise.catalog.migrations",
    "shelfwise.behaviour.log.migrations",
    "shelfwise.cli.__main__",
)


def modules() -> Iterator[str]:
    """The package and everything in it."""
    yield "shelfwise"
    for module in pkgutil.walk_packages(shelfwise.__path__, "shelfwise."):
        if not module.name.startswith(SKIPPED):
            yield module.name


def main(folder: Path) -> None:
    """Write the pages."""
    for name in shelfwise.__all__:
        vars(shelfwise).setdefault(name, getattr(shelfwise, name))
    warnings.simplefilter("error")
    warnings.filterwarnings("ignore", "The module specification")  # a package without __all__ brings its modules along
    warnings.filterwarnings("ignore", ".*array.array' is not subscriptable")  # only Python 3.12 evaluates array[int]
    pdoc.pdoc(*modules(), output_directory=folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
