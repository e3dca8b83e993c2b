"""Opens the generation in service for search, whatever other processes do to it meanwhile."""

from __future__ import annotations

from shelfwise.beside import Beside
from shelfwise.errors import ShelfwiseError
from shelfwise.indexing import default_engine, name_of
from shelfwise.language.base import Encoder
from shelfwise.retrieval.generations import Generations
from shelfwise.searcher import Searcher

TRIES = 5


def open_searcher(generations: Generations, encoder: Encoder | None, beside: Beside) -> Searcher:
    """The current generation, or the newest older one that is whole; live changes are not in it yet.

    Another process may switch to the next generation and remove this one while it is being opened; then it begins
    again with the next. A generation built with another encoder is searched by words only: its vectors and the
    query's would have nothing to do with each other. Raises NoIndexError, CorruptIndexError.
    """
    for last in (False,) * (TRIES - 1) + (True,):
        current = generations.current()
        try:
            searcher = _open(generations, encoder, beside)
        except (ShelfwiseError, OSError):
            if last or generations.current() == current:
                raise
            continue
        if last or not searcher.problems or generations.current() == current:
            break
        searcher.close()
    return searcher


def _open(generations: Generations, encoder: Encoder | None, beside: Beside) -> Searcher:
    opened = generations.open_current(default_engine())
    built_with = opened.generation.manifest.versions.get("encoder")
    try:
        return Searcher(opened, encoder if built_with == name_of(encoder) else None, beside)
    except BaseException:
        opened.reader.close()
        raise


def strangers(searcher: Searcher, revision: int) -> list[str]:
    """What is wrong when an index is ahead of its catalogue: it was built from another one, and hides its changes."""
    generation = searcher.generation
    if generation.manifest.revision <= revision:
        return []
    ahead, behind = f"{generation.manifest.revision:,}", f"{revision:,}"
    return [f"generation {generation.name} was built from another catalogue (revision {ahead}; this one has {behind})"]
