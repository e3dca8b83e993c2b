"""Opens the generation in service for search, whatever other processes do to it meanwhile."""

from __future__ import annotations

from collections.abc import Callable

from shelfwise.beside import Beside
from shelfwise.errors import ShelfwiseError
from shelfwise.indexing import default_engine
from shelfwise.language.base import Encoder
from shelfwise.retrieval.generations import Generations, Manifest
from shelfwise.searcher import Searcher

TRIES = 5


EncoderOf = Callable[[Manifest], Encoder | None]  # what a generation is encoded with; None: it goes by words only
BesideOf = Callable[[Encoder | None], Beside]


def open_searcher(generations: Generations, encoder_of: EncoderOf, beside_of: BesideOf) -> Searcher:
    """The current generation, or the newest older one that is whole; live changes are not in it yet.

    Each is opened together with the encoder that it was built with, so that its vectors and the query's are never of
    two. Another process may switch to the next generation and remove this one while it is being opened; then it begins
    again with the next. Raises NoIndexError, CorruptIndexError, EncoderError.
    """
    for last in (False,) * (TRIES - 1) + (True,):
        current = generations.current()
        try:
            searcher = _open(generations, encoder_of, beside_of)
        except (ShelfwiseError, OSError):
            if last or generations.current() == current:
                raise
            continue
        if last or not searcher.problems or generations.current() == current:
            break
        searcher.close()
    return searcher


def _open(generations: Generations, encoder_of: EncoderOf, beside_of: BesideOf) -> Searcher:
    opened = generations.open_current(default_engine())
    try:
        encoder = encoder_of(opened.generation.manifest)
        return Searcher(opened, encoder, beside_of(encoder))
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
