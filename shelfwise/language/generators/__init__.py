"""Generators: language models that write text."""

from shelfwise.language.generators.registry import generator_of

__all__ = ["generator_of"]
